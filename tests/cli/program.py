# SPDX-License-Identifier: Apache-2.0
"""Runs the program under test; shared by the tests of this folder."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(sys.argv[2])
MODEL = SOURCE / "configs/models/resnet8_fmnist.onnx"
IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist")

# The smallest study that has every phase: some seconds.
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
"""


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paretune_cli_"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def run_program(self, *arguments, timeout=120):
        environment = dict(os.environ, NO_COLOR="1")
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, cwd=self.folder, env=environment)

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
