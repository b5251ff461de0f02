# SPDX-License-Identifier: Apache-2.0
"""The GUI attached to a database while evaluations are written: the log stays small, and both stay well.

attached_test.py WRITER GUI"""
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

WRITER, GUI = map(os.path.abspath, sys.argv[1:3])
SECONDS = 600 if os.environ.get("PARETUNE_LONG_TESTS") == "1" else 20
RATE = 50  # evaluations a second: far more than any sweep measures
LIMIT = 64 << 20


class AttachedTest(unittest.TestCase):
    def test_the_log_stays_small(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paretune_gui_"))
        self.addCleanup(shutil.rmtree, folder)
        db = folder / "results.db"
        writer = subprocess.Popen([WRITER, db, str(SECONDS), str(RATE)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(writer.kill)
        while not db.exists() or db.stat().st_size == 0:
            self.assertIsNone(writer.poll())
            time.sleep(0.05)
        time.sleep(1)
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR=str(folder))
        with open(folder / "said", "w") as said:
            gui = subprocess.Popen([GUI, db], env=environment, stdout=said, stderr=said)
        self.addCleanup(gui.kill)
        output, _ = writer.communicate(timeout=SECONDS + 120)
        self.assertEqual(writer.returncode, 0)
        self.assertIsNone(gui.poll(), (folder / "said").read_text())
        written, largest, slowest = output.split()
        resident = int(pathlib.Path(f"/proc/{gui.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        gui.send_signal(signal.SIGTERM)
        gui.wait(timeout=60)
        print(f"{SECONDS} s, {written} evaluations: log at most {int(largest) / 2**20:.1f} MiB, "
              f"slowest commit {slowest} ms, GUI resident {resident / 2**20:.0f} MiB")
        self.assertGreater(int(written), SECONDS * 5)
        self.assertLess(int(largest), LIMIT)
        connection = sqlite3.connect(db)
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(connection.execute("SELECT count(*) FROM evaluation").fetchone()[0], int(written))
        connection.close()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
