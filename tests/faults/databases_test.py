# SPDX-License-Identifier: Apache-2.0
"""Corrupted and hostile databases given to every verb that reads one, and to the GUI: each ends in time with a sound
answer or one clear sentence; none by a signal, and nothing of theirs reaches the terminal as more than text."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import program
from program import PROGRAM, SOURCE

GUI = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else None
EVERY = 1 if program.LONG else 10
GOLDEN = SOURCE / "tests/results/data/v2.db"
SECONDS = 60  # far more than the store's own deadline; also on a busy machine
READERS = [["status"], ["front"], ["front", "--json"], ["front", "--csv", "--all"], ["front", "--all"],
           ["export", "--out", "package"], ["status", "--check"], ["status", "--json"]]


class DatabasesTest(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.answers = cls.refusals = 0
        cls.slowest = (0, "")

    def setUp(self):
        super().setUp()
        (self.folder / "made").mkdir()
        made = subprocess.run([sys.executable, "-B", SOURCE / "tests/results/hostile.py", GOLDEN, self.folder / "made"],
                              check=True, capture_output=True, text=True).stdout.split("\n")
        files = [pathlib.Path(line) for line in made if line]
        files = [file if file.is_absolute() else self.folder / "made" / file.name for file in files]
        damaged = [file for file in files if file.name.startswith("damaged")]
        hostile = [file for file in files if not file.name.startswith("damaged")]
        self.assertGreaterEqual(len(damaged), 300)
        self.assertGreaterEqual(len(hostile), 20)
        self.files = damaged[::EVERY] + hostile
        self.environment |= {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(self.folder)}

    def copied(self, file, folder):
        """The database with its logs in a folder of its own, for verbs that may write."""
        folder.mkdir(parents=True)
        for part in file.parent.glob(file.name + "*"):
            shutil.copy(part, folder)
        return folder / file.name

    def judge(self, file, words, result, seconds, name):
        what = f"{file.name}: {' '.join(map(str, words))}"
        self.assertGreaterEqual(result.returncode, 0, f"{what}: signal {-result.returncode}: {result.stderr}")
        self.assertIn(result.returncode, (0, 1, 2, 3, 4), f"{what}: {result.stderr}")
        self.assertIsNone(re.search("[\\x00-\\x08\\x0b-\\x1f\\x7f\\x80-\\x9f]", result.stdout + result.stderr), what)
        if result.returncode > 1:
            said = [line for line in result.stderr.splitlines() if line.startswith(name)]
            self.assertEqual(len(said), 1, f"{what}: {result.stderr}")
            type(self).refusals += 1
        else:
            type(self).answers += 1
            if "--json" in words:
                json.loads(result.stdout)
        type(self).slowest = max(self.slowest, (seconds, what))

    def run_one(self, file, words, program_file=PROGRAM):
        begin = time.monotonic()
        result = subprocess.run([program_file, *map(str, words)], capture_output=True, timeout=SECONDS,
                                cwd=file.parent, env=self.environment)
        result.stdout, result.stderr = (text.decode("utf-8", "replace") for text in (result.stdout, result.stderr))
        return result, time.monotonic() - begin

    def each(self, work):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for future in [pool.submit(work, file) for file in self.files]:
                future.result()

    def test_verbs(self):
        def read(file):
            file = self.copied(file, self.folder / "verbs" / file.stem)
            for words in READERS:
                words = words + ["--db", file]
                self.judge(file, words, *self.run_one(file, words), "paretune: ")
        self.each(read)

    def test_sweep(self):
        """Goes on with what can be gone on with; a moment of that is enough."""
        study = self.write_study()
        self.files = self.files[::1 if program.LONG else 5]

        def sweep(file):
            file = self.copied(file, self.folder / "sweep" / file.stem)
            words = ["sweep", study, "--db", file, "--resume"]
            begin = time.monotonic()
            process = self.start(*words)
            try:
                _, stderr = process.communicate(timeout=1)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
                _, stderr = process.communicate(timeout=SECONDS)
            if process.returncode == 130:
                return
            self.judge(file, words, subprocess.CompletedProcess(words, process.returncode, "", stderr),
                       time.monotonic() - begin, "paretune: ")
        self.each(sweep)
        self.assert_no_orphan()

    def test_gui(self):
        if GUI is None:
            self.skipTest("this build has no GUI")

        def show(file):
            words = ["--screenshot", self.folder / f"{file.stem}.png", file]
            self.judge(file, words, *self.run_one(file, words, GUI), "paretune-gui: ")
        self.each(show)

    @classmethod
    def tearDownClass(cls):
        print(f"{cls.answers} answers, {cls.refusals} refusals, 0 signals; slowest {cls.slowest[0]:.1f} s: {cls.slowest[1]}")


if __name__ == "__main__":
    program.main()
