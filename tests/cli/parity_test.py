# SPDX-License-Identifier: Apache-2.0
"""Our figures against ONNX Runtime's on the same files and the 10,000 test images of Fashion-MNIST."""
import gzip
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper

PARETUNE, ROOT = map(pathlib.Path, sys.argv[1:3])
MODEL = ROOT / "configs/models/resnet8_fmnist.onnx"
STUDY = ROOT / "configs/tiny.yaml"
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
CHUNK = 500


def images():
    with gzip.open(DATA / "t10k-images-idx3-ubyte.gz") as file:
        pixels = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
    return ((pixels * 0.00392156862745098 - 0.2860) / 0.3530).astype(numpy.float32)


def labels():
    with gzip.open(DATA / "t10k-labels-idx1-ubyte.gz") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=8)


def paretune(*arguments):
    done = subprocess.run([PARETUNE, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def peer_logits(model, batch):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return numpy.concatenate([session.run(None, {name: batch[i:i + CHUNK]})[0]
                              for i in range(0, len(batch), CHUNK)])


def our_logits(model, batch, folder):
    inputs, outputs, parts = folder / "in", folder / "out", []
    for directory in (inputs, outputs):
        directory.mkdir(exist_ok=True)
    for start in range(0, len(batch), CHUNK):
        tensor = numpy_helper.from_array(batch[start:start + CHUNK], "input")
        (inputs / "input_0.pb").write_bytes(tensor.SerializeToString())
        paretune("run", "--model", model, "--inputs", inputs, "--outputs", outputs)
        parts.append(numpy_helper.to_array(
            onnx.load_tensor(str(outputs / "output_0.pb"))))
    return numpy.concatenate(parts)


class Parity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.images, cls.labels = images(), labels()
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.database = cls.folder / "results.db"
        paretune("sweep", STUDY, "--db", cls.database)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def accuracy(self, logits):
        return float((logits.argmax(1) == self.labels).mean())

    def candidate(self, scheme):
        """The id of a verified candidate whose convolutions all use `scheme`."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            row = database.execute(
                "select id from v_candidates where outcome = 'ok' and point = ?",
                [f"uniform scheme={scheme} device=cpu kernels=default"]).fetchone()
        self.assertIsNotNone(row, f"the sweep holds no {scheme} candidate")
        return row[0]

    def test_fp32(self):
        peer = peer_logits(MODEL, self.images)
        ours = our_logits(MODEL, self.images, self.folder)
        numpy.testing.assert_allclose(ours, peer, rtol=1e-3, atol=1e-4)
        said = json.loads(paretune("run", "--model", MODEL, "--study", STUDY, "--split", "all:test", "--json"))
        self.assertEqual(10000, said["accuracy"]["n"])
        self.assertAlmostEqual(self.accuracy(ours), said["accuracy"]["value"], delta=1e-9)
        self.assertAlmostEqual(self.accuracy(peer), said["accuracy"]["value"], delta=0.0005)

    def test_exported_int8(self):
        package = self.folder / "package"
        paretune("export", "--db", self.database, "--candidate", self.candidate("int8_channel"), "--out", package)
        onnx.checker.check_model(onnx.load(str(package / "model.onnx")), full_check=True)
        peer = peer_logits(package / "model.onnx", self.images)
        said = json.loads(paretune("run", "--package", package, "--study", STUDY, "--split", "all:test", "--json"))
        self.assertAlmostEqual(self.accuracy(peer), said["accuracy"]["value"], delta=0.005)
        ours = our_logits(package / "model.onnx", self.images, self.folder)
        self.assertAlmostEqual(self.accuracy(ours), said["accuracy"]["value"], delta=1e-9)
        agreement = float((ours.argmax(1) == peer.argmax(1)).mean())
        self.assertGreaterEqual(agreement, 0.99)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
