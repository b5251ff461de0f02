# SPDX-License-Identifier: Apache-2.0
"""A sweep that dies at any moment loses nothing it acknowledged, leaves nothing running and repeats nothing."""
import random
import re
import signal
import sqlite3
import time

import program
from program import recorded, rows

KILLS = 100 if program.LONG else 12
FIXED = re.compile("baseline|uniform |all ")  # points of the seeds every run of a study has


def evaluations(db):
    return rows(db, "SELECT c.point, e.block, e.outcome FROM evaluation e JOIN candidate c ON c.id = e.candidate_id "
                    "WHERE e.invalid IS NULL")  # what a canary put in doubt is measured again


def kernels(db):
    return rows(db, "SELECT key FROM kernel_evaluation WHERE invalid IS NULL")


class KillTest(program.ProgramTest):
    def sweep(self, study, db, *more):
        return self.start("sweep", study, "--db", db, *more)

    def test_kill_at_random_moments(self):
        study = self.write_study()
        whole = self.folder / "whole.db"
        begin = time.monotonic()
        self.finish(self.sweep(study, whole), 0)
        duration = time.monotonic() - begin
        draw = random.Random(1)
        kills = acknowledged = databases = 0
        while kills < KILLS:
            cut = self.folder / f"cut{databases}.db"
            databases += 1
            seen, done = set(), False
            while kills < KILLS and not done:
                process = self.sweep(study, cut, "--resume")
                # Early, within the part every run repeats, as well as late.
                until = time.monotonic() + draw.uniform(0, duration)
                while time.monotonic() < until and process.poll() is None:
                    time.sleep(0.001)
                before = recorded(cut) if cut.exists() else set()
                process.send_signal(signal.SIGKILL)
                process.communicate(timeout=60)
                self.assert_no_orphan()
                done = process.returncode == 0
                kills += not done
                now = recorded(cut) if cut.exists() else set()
                self.assertLessEqual(seen, before)
                self.assertLessEqual(before, now)
                acknowledged += len(now - seen)
                seen = now
                if cut.exists() and cut.stat().st_size > 0:
                    self.assertEqual(rows(cut, "PRAGMA integrity_check"), [("ok",)])
            if not done:
                self.finish(self.sweep(study, cut, "--resume"), 0)
            self.assertLessEqual(seen, recorded(cut))
            self.compare(cut, whole)
        print(f"{kills} kills, {databases} databases, {acknowledged} acknowledged results, 0 lost")

    def compare(self, cut, whole):
        """What does not follow the timings is as in a sweep that nobody killed, and nothing is there twice."""
        self.assert_sound(cut)
        screened = [row for row in evaluations(cut) if row[1] == 0]
        self.assertEqual(len(screened), len(set(screened)), "nothing is measured twice")
        fixed = [sorted(row for row in evaluations(db) if row[1] == 0 and FIXED.match(row[0])) for db in (cut, whole)]
        self.assertGreater(len(fixed[0]), 10)
        self.assertEqual(*fixed)
        self.assertEqual(sorted(kernels(cut)), sorted(kernels(whole)))
        searched = "SELECT count(*) FROM v_candidates WHERE origin = 'search'"
        self.assertEqual(rows(cut, searched), rows(whole, searched))
        finalists = rows(cut, "SELECT candidate_id FROM comparison WHERE kind = 'finalist' AND invalid IS NULL")
        self.assertGreater(len(finalists), 0)
        self.assertEqual(len(finalists), len(set(finalists)))

    def test_interrupt_saves_and_says_how_to_go_on(self):
        study, db = self.write_study(), self.folder / "results.db"
        process = self.sweep(study, db)
        for _ in range(600):
            time.sleep(0.1)
            try:
                if kernels(db):
                    break
            except sqlite3.OperationalError:
                pass
        process.send_signal(signal.SIGINT)
        self.assertIn("--resume", self.finish(process, 130))
        self.assertEqual(rows(db, "SELECT state FROM session"), [("interrupted",)])
        self.assert_refused(self.run_program("sweep", study, "--db", db), 2, "--resume")
        self.finish(self.sweep(study, db, "--resume"), 0)


if __name__ == "__main__":
    program.main()
