# SPDX-License-Identifier: Apache-2.0
"""A sweep that dies at any moment loses nothing it acknowledged and repeats nothing."""
import random
import re
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


FIXED = re.compile("baseline|uniform |all ")  # points of the seeds every run of a study has


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
        # Confirmations, seeds from kernel times and the evolutionary search follow the timings, which differ from
        # run to run; the fixed seeds, the kernels tried and the number of searched candidates do not.
        screened = [row for row in evaluations(cut) if row[1] == 0]
        self.assertEqual(len(screened), len(set(screened)), "nothing is measured twice")
        fixed = [sorted(row for row in evaluations(db) if row[1] == 0 and FIXED.match(row[0])) for db in (cut, whole)]
        self.assertGreater(len(fixed[0]), 10)
        self.assertEqual(*fixed)
        self.assertEqual(sorted(kernels(cut)), sorted(kernels(whole)))
        searched = "SELECT count(*) FROM v_candidates WHERE origin = 'search'"
        self.assertEqual(rows(cut, searched), rows(whole, searched))
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
