# SPDX-License-Identifier: Apache-2.0
"""One writer per database: who holds it is named, and what a dead one left behind is in nobody's way."""
import fcntl
import os
import re
import signal
import time

import program


class LockTest(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.db = self.folder / "results.db"
        self.lock = self.folder / "results.db.lock"

    def refused(self, *parts, study="study.yaml"):
        self.assert_refused(self.run_program("sweep", study, "--db", self.db), 2, "results.db", *parts)

    def test_the_holder_is_named_and_a_dead_one_is_forgotten(self):
        study = self.write_study()
        self.write_study("other.yaml", replace=[("study: cli", "study: other")])
        self.lock.write_text("whatever a stranger left here\n")
        process = self.start("sweep", study, "--db", self.db)
        until = time.monotonic() + 60
        while f"process {process.pid} " not in self.lock.read_text() and time.monotonic() < until:
            time.sleep(0.01)
        self.assertRegex(self.lock.read_text(), re.compile(
            rf"^study 'cli', process {process.pid} on \S+, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n$"))
        for other in ("study.yaml", "other.yaml"):
            self.refused("another sweep", "study 'cli'", f"process {process.pid} ", study=other)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertIn(f"process {process.pid} ", self.lock.read_text())
        again = self.start("sweep", study, "--db", self.db, "--resume")
        while f"process {again.pid} " not in self.lock.read_text() and time.monotonic() < until:
            time.sleep(0.01)
        self.assertIn(f"process {again.pid} ", self.lock.read_text())
        again.send_signal(signal.SIGINT)
        again.communicate(timeout=60)
        self.assertIn(again.returncode, (0, 130))

    def test_what_stands_in_a_held_lock_is_not_trusted(self):
        self.write_study()
        for text in (b"", b"study 'x'", b"\x1b]0;title\x07", b"study '" + b"x" * 5000 + b"\n", b"study '\0\x1b[2J'\n"):
            self.lock.write_bytes(text)
            with open(self.lock) as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                result = self.run_program("sweep", "study.yaml", "--db", self.db)
            self.assert_refused(result, 2, "another sweep")
            self.assertNotRegex(result.stderr.rstrip("\n"), "[\x00-\x1f\x7f]")
            self.assertLess(len(result.stderr), 1000)

    def test_traps_in_the_lock_s_place(self):
        self.write_study()
        precious = self.folder / "precious"
        precious.write_text("mine")
        self.lock.symlink_to(precious)
        self.refused("locked")
        self.assertEqual(precious.read_text(), "mine")
        self.lock.unlink()
        self.lock.mkdir()
        self.refused("locked")
        self.lock.rmdir()
        os.mkfifo(self.lock)
        self.refused("not a file")


if __name__ == "__main__":
    program.main()
