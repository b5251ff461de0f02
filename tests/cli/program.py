# SPDX-License-Identifier: Apache-2.0
"""Runs the program under test; shared by the tests of this folder and of tests/faults."""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(sys.argv[2]).resolve()
MODEL = SOURCE / "configs/models/resnet8_fmnist.onnx"
IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist")
LONG = os.environ.get("PARETUNE_LONG_TESTS") == "1"  # ./dev test --long

# The smallest study that has every phase: some seconds. No canary: what a busy machine makes it invalidate is chance.
STUDY = """study: cli
model: {{file: {model}}}
data:
  sources:
    train: {{format: idx, images: {train}, labels: {train_labels}}}
    test: {{format: idx, images: {test}, labels: {test_labels}}}
  preprocess: {{scale: 0.00392156862745098, mean: 0.2860, std: 0.3530}}
  splits:
    calibrate: {{source: train, take: 8}}
    select: {{source: test, hash: [0.0, 0.002]}}
    report: {{source: test, hash: [0.002, 0.006]}}
devices: [cpu]
schemes: [fp32, int8_channel]
kernels: {{trials: 1}}
search: {{candidates: 4}}
measure: {{min_samples: 3, max_samples: 5, seconds: 0.001}}
confirm: {{finalists: 1, pairs: 6, max_pairs: 6, restarts: 1, later_seconds: 0}}
limits: {{canary_every: 0}}
"""


def rows(db, query):
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def recorded(db):
    """Every result in the file: what a reader saw once was acknowledged."""
    columns = {"evaluation": "candidate_id, block, outcome", "kernel_evaluation": "key, outcome, ''",
               "comparison": "candidate_id, kind, verdict", "canary": "device, outcome, good"}
    try:
        return {(table, *row) for table, names in columns.items()
                for row in rows(db, f"SELECT id, recorded, {names} FROM {table}")}
    except sqlite3.OperationalError:  # there is no schema yet
        return set()


def onnx_input(model):
    import onnx  # takes a while; few tests need it
    return onnx.load(model, load_external_data=False).graph.input[0].name


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paretune_cli_"))
        # Whatever the program starts inherits it, so that orphans are found.
        self.environment = dict(os.environ, NO_COLOR="1", PARETUNE_TEST_FOLDER=str(self.folder))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def run_program(self, *arguments, timeout=120):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, cwd=self.folder, env=self.environment)

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.folder, env=self.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self, process, code, timeout=120):
        _, stderr = process.communicate(timeout=timeout)
        self.assertEqual(process.returncode, code, stderr)
        return stderr

    def living(self):
        """Processes that this test's programs started, workers included, and that are still there."""
        mark = f"PARETUNE_TEST_FOLDER={self.folder}".encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:  # gone meanwhile, or not ours to read
                pass
        return found

    def assert_no_orphan(self, seconds=10):
        until = time.monotonic() + seconds
        while self.living() and time.monotonic() < until:
            time.sleep(0.01)
        self.assertEqual(self.living(), [])

    def assert_sound(self, db):
        self.assertEqual(rows(db, "PRAGMA integrity_check"), [("ok",)])
        if "--check" in self.run_program("status", "--help").stdout:
            check = self.run_program("status", "--db", db, "--check")
            self.assertEqual(check.returncode, 0, check.stderr)

    def write_study(self, name="study.yaml", model=MODEL, replace=(), **images):
        values = {
            "model": model,
            "train": IMAGES / "train-images-idx3-ubyte.gz",
            "train_labels": IMAGES / "train-labels-idx1-ubyte.gz",
            "test": IMAGES / "t10k-images-idx3-ubyte.gz",
            "test_labels": IMAGES / "t10k-labels-idx1-ubyte.gz",
        }
        values.update(images)
        text = STUDY.format(**values)
        for old, new in replace:
            self.assertIn(old, text)
            text = text.replace(old, new)
        file = self.folder / name
        file.write_text(text)
        return file

    def assert_refused(self, result, code, *parts):
        """One clear sentence on stderr, nothing on stdout, the right exit code."""
        lines = [line for line in result.stderr.splitlines() if line.startswith("paretune: ")]
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertEqual(result.stdout, "")
        for part in parts:
            self.assertIn(part, lines[0])


SKIPPED = 77  # CTest's SKIP_RETURN_CODE


def main():
    if not IMAGES.is_dir():
        print("skipped: the Debian package dataset-fashion-mnist is not installed")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1], verbosity=2)
