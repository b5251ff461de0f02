# SPDX-License-Identifier: Apache-2.0
"""A sweep that dies at any moment loses nothing it acknowledged and repeats nothing."""
import random
import signal
import sqlite3
import subprocess
import time

import program

ROUNDS = 20


def rows(db, query):
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def evaluations(db):
    return rows(db, "SELECT c.point, e.block, e.outcome FROM evaluation e JOIN candidate c ON c.id = e.candidate_id")


def kernels(db):
    return rows(db, "SELECT key FROM kernel_evaluation")


class KillTest(program.ProgramTest):
    def start(self, study, db, *more):
        return subprocess.Popen([program.PROGRAM, "sweep", study, "--db", db, *more], cwd=self.folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self, process, code):
        _, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, stderr)

    def test_resume_after_kill(self):
        study = self.write_study()
        whole, cut = self.folder / "whole.db", self.folder / "cut.db"
        begin = time.monotonic()
        self.finish(self.start(study, whole), 0)
        duration = time.monotonic() - begin
        draw = random.Random(1)
        seen = (set(), set())
        for _ in range(ROUNDS):
            process = self.start(study, cut, "--resume")
            # Early, within the part every run repeats, as well as late.
            time.sleep(draw.uniform(0, min(duration, 3)))
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            try:
                now = (set(evaluations(cut)), set(kernels(cut)))
            except sqlite3.OperationalError:
                now = (set(), set())  # killed before there was a schema
            self.assertLessEqual(seen[0], now[0])
            self.assertLessEqual(seen[1], now[1])
            seen = now
        self.finish(self.start(study, cut, "--resume"), 0)
        self.assertLessEqual(seen[0], set(evaluations(cut)))
        # Confirmations follow the timings, which differ from run to run; what is screened does not.
        screened = [row for row in evaluations(cut) if row[1] == 0]
        self.assertEqual(sorted(screened), sorted(row for row in evaluations(whole) if row[1] == 0))
        self.assertEqual(sorted(kernels(cut)), sorted(kernels(whole)))
        points = "SELECT point FROM v_candidates ORDER BY point"
        self.assertEqual(rows(cut, points), rows(whole, points))
        confirmed = [row[0] for row in evaluations(cut) if row[1] == 1]
        self.assertEqual(len(confirmed), len(set(confirmed)))

    def test_interrupt_saves_and_says_how_to_go_on(self):
        study, db = self.write_study(), self.folder / "results.db"
        process = self.start(study, db)
        for _ in range(600):
            time.sleep(0.1)
            try:
                if kernels(db):
                    break
            except sqlite3.OperationalError:
                pass
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, stderr)
        self.assertIn("--resume", stderr)
        self.assertEqual(rows(db, "SELECT state FROM session"), [("interrupted",)])
        self.assert_refused(self.run_program("sweep", study, "--db", db), 2, "--resume")
        self.finish(self.start(study, db, "--resume"), 0)

    def test_one_sweep_at_a_time(self):
        study, db = self.write_study(), self.folder / "results.db"
        process = self.start(study, db)
        for _ in range(600):
            time.sleep(0.05)
            if db.exists():
                break
        self.assert_refused(self.run_program("sweep", study, "--db", db), 2, "another sweep")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)


if __name__ == "__main__":
    program.main()
