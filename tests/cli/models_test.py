# SPDX-License-Identifier: Apache-2.0
"""Accuracy of every study's model against ONNX Runtime's on the same samples: the float model, and
the int8 model of an exported package. Models that tools/get_models makes are skipped when absent."""
import gzip
import hashlib
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import numpy
import onnx
import onnxruntime
import yaml

PARETUNE, ROOT = map(pathlib.Path, sys.argv[1:3])
SCHEME = "int8_channel"
# Study -> [from, to) of the splits select and report: enough samples to tell, few enough to be quick.
SHARES = {"resnet18": ([0.0, 0.005], [0.005, 0.15]), "vad": ([0.0, 0.1], [0.1, 1.0]),
          "minilm": ([0.0, 0.1], [0.1, 0.6])}
QUICK = {"kernels": {"trials": 0}, "search": {"candidates": 4}, "devices": ["cpu"],
         "schemes": ["fp32", SCHEME], "limits": {"canary_every": 0},
         "confirm": {"finalists": 1, "pairs": 4, "max_pairs": 8, "restarts": 1, "later_seconds": 0},
         "measure": {"min_samples": 3, "max_samples": 5, "seconds": 0.001}}


def quick_study(name):
    """The shipped study with less effort, and absolute paths as it is written elsewhere."""
    study = yaml.safe_load((ROOT / "configs" / f"{name}.yaml").read_text())
    study.update(QUICK)
    data = study["data"]
    data["splits"]["calibrate"]["take"] = 32
    data["splits"]["select"]["hash"], data["splits"]["report"]["hash"] = SHARES[name]
    for section in [study["model"], *data["sources"].values()]:
        for key in {"file", "images", "labels"} & section.keys():
            section[key] = os.path.normpath(ROOT / "configs" / section[key])
    return study


def missing_files(study):
    files = [study["model"]["file"]]
    for source in study["data"]["sources"].values():
        files += [source[key] for key in ("file", "images", "labels") if key in source]
    return [name for name in files if not os.path.exists(name)]


def read_idx(name):
    with gzip.open(name) as file:
        data = file.read()
    shape = numpy.frombuffer(data, ">i4", data[3], 4)
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(shape)


def stored_arrays(source, inputs):
    """Array by input name, and labels."""
    if source["format"] == "idx":
        return {inputs[0]: read_idx(source["images"])}, read_idx(source["labels"])
    with numpy.load(source["file"]) as arrays:
        return ({name: arrays[array] for name, array in source["inputs"].items()},
                arrays[source["label"]])


def fraction(index):
    digest = hashlib.sha256(f"paretune:{index}".encode()).hexdigest()
    return int(digest[:16], 16) / 2**64


def converted(sample, value, preprocess):
    """A stored sample as the model's input."""
    shape = [length if isinstance(length, int) else 1 for length in value.shape]
    if value.type == "tensor(int64)":
        return sample.astype(numpy.int64).reshape(shape)
    given = {"scale": 1, "mean": 0, "std": 1, **preprocess}
    scaled = (sample * float(given["scale"]) - given["mean"]) / given["std"]
    return scaled.astype(numpy.float32).reshape(shape)


def answer(study, outputs):
    metric = study["data"].get("metric", "top1")
    if metric == "top1":
        return next(iter(outputs.values())).argmax()
    return outputs[metric["output"]].mean() > metric["threshold"]


def peer_accuracy(model, study):
    """ONNX Runtime's accuracy on the split `report`, and how many samples that has."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    split = study["data"]["splits"]["report"]
    source = study["data"]["sources"][split["source"]]
    values = {value.name: value for value in session.get_inputs()}
    arrays, labels = stored_arrays(source, list(values))
    feeds = {name: numpy.full(values[name].shape, constant, numpy.float32)
             for name, constant in source.get("constants", {}).items()}
    names = [value.name for value in session.get_outputs()]
    chosen = [i for i in range(len(labels)) if split["hash"][0] <= fraction(i) < split["hash"][1]]
    right = 0
    for i in chosen:
        for name, array in arrays.items():
            preprocess = source.get("preprocess", {}).get(name, study["data"].get("preprocess", {}))
            feeds[name] = converted(array[i], values[name], preprocess)
        right += answer(study, dict(zip(names, session.run(None, feeds)))) == labels[i]
    return right / len(chosen), len(chosen)


def paretune(*arguments):
    done = subprocess.run([PARETUNE, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


class Models(unittest.TestCase):
    def check(self, name):
        study = quick_study(name)
        missing = missing_files(study)
        if missing:
            remedy = study["model"].get("get", "install dataset-fashion-mnist")
            self.skipTest(f"{missing[0]} is not there: {remedy}")
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            (folder / "study.yaml").write_text(yaml.safe_dump(study))
            self.compare(name, "fp32", study, folder, "--model", study["model"]["file"], tolerance=0.002)
            package = self.export(folder)
            onnx.checker.check_model(onnx.load(str(package / "model.onnx")), full_check=True)
            study["model"]["file"] = package / "model.onnx"
            self.compare(name, SCHEME, study, folder, "--package", package, tolerance=0.005)

    def compare(self, name, scheme, study, folder, *what, tolerance):
        said = json.loads(paretune("run", *what, "--study", folder / "study.yaml",
                                   "--split", "report", "--json"))["accuracy"]
        peer, count = peer_accuracy(study["model"]["file"], study)
        print(f"{name} {scheme}: {said['value']:.4f}, ONNX Runtime {peer:.4f}, of {count}", flush=True)
        self.assertEqual(count, said["n"])
        self.assertAlmostEqual(peer, said["value"], delta=tolerance)

    def export(self, folder):
        """The package of the candidate that is int8 wherever it can be."""
        paretune("sweep", folder / "study.yaml", "--db", folder / "results.db")
        with sqlite3.connect(f"file:{folder / 'results.db'}?mode=ro", uri=True) as database:
            row = database.execute(
                "select id from v_candidates where outcome = 'ok' and point = ?",
                [f"uniform scheme={SCHEME} device=cpu kernels=default"]).fetchone()
        self.assertIsNotNone(row, f"the sweep holds no {SCHEME} candidate")
        paretune("export", "--db", folder / "results.db", "--candidate", row[0], "--out", folder / "package")
        return folder / "package"

    def test_resnet18(self):
        self.check("resnet18")

    def test_vad(self):
        self.check("vad")

    def test_minilm(self):
        self.check("minilm")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
