# SPDX-License-Identifier: Apache-2.0
"""Every study in configs/ fits study.schema.json; the schema refuses what it should."""
import copy
import json
import unittest

import jsonschema
import yaml

from tree import ROOT

CONFIGS = ROOT / "configs"
SCHEMA = json.loads((CONFIGS / "study.schema.json").read_text())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
STUDIES = sorted(CONFIGS.glob("*.yaml"))


def subschemas(schema):
    """The schema and every schema within it."""
    yield schema
    for value in schema.values():
        if isinstance(value, dict):
            yield from subschemas(value)
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict):
                    yield from subschemas(entry)


def objects(value, path=()):
    """Paths of all mappings within a document."""
    if isinstance(value, dict):
        yield path
        for key, entry in value.items():
            yield from objects(entry, path + (key,))


class Studies(unittest.TestCase):
    def test_schema_is_draft_7(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_studies_fit(self):
        self.assertGreaterEqual(len(STUDIES), 2)
        for path in STUDIES:
            with self.subTest(path.name):
                study = yaml.safe_load(path.read_text())
                self.assertEqual([], [error.message for error in VALIDATOR.iter_errors(study)])
                if "get" in study["model"]:  # its tool is there, what that makes may not be
                    self.assertTrue((ROOT / study["model"]["get"].split()[0]).is_file())
                else:
                    self.assertTrue((CONFIGS / study["model"]["file"]).is_file())
                for split in study["data"]["splits"].values():
                    self.assertIn(split["source"], study["data"]["sources"])

    def test_unknown_keys_are_refused_everywhere(self):
        # Names are the user's; load_study() checks that the devices are among the study's.
        open_objects = {("model", "dims"), ("data", "sources"), ("kernels", "trials_by_device")}
        study = yaml.safe_load((CONFIGS / "fashion_mnist.yaml").read_text())
        for path in objects(study):
            if path in open_objects:
                continue
            broken = copy.deepcopy(study)
            inner = broken
            for key in path:
                inner = inner[key]
            inner["no_such_key"] = 1
            with self.subTest(path):
                self.assertFalse(VALIDATOR.is_valid(broken))

    def test_wrong_values_are_refused(self):
        study = yaml.safe_load((CONFIGS / "fashion_mnist.yaml").read_text())
        for section, key, value in [("search", "candidates", 0), ("search", "seed", "one"),
                                    ("measure", "threads", [0]), ("confirm", "margin", 1.0),
                                    ("data", "metric", "top5"), ("data", "metric", {"name": "top5"}),
                                    ("data", "metric", {"name": "top1", "threshold": 0.5}), ("model", "dims", {"batch": 0})]:
            broken = copy.deepcopy(study)
            broken[section][key] = value
            with self.subTest((section, key)):
                self.assertFalse(VALIDATOR.is_valid(broken))

    def test_npz_source_fits(self):
        study = yaml.safe_load((CONFIGS / "fashion_mnist.yaml").read_text())
        study["data"]["sources"]["test"] = {"format": "npz", "file": "x.npz",
                                            "inputs": {"input": "x"}, "label": "y"}
        self.assertTrue(VALIDATOR.is_valid(study))
        study["data"]["sources"]["test"]["constants"] = {"h": 0}
        study["data"]["metric"] = {"name": "mean_threshold", "output": "p"}
        self.assertTrue(VALIDATOR.is_valid(study))
        study["data"]["sources"]["test"]["constants"] = {"h": "zero"}
        self.assertFalse(VALIDATOR.is_valid(study))

    def test_defaults_fit_their_own_schema(self):
        for schema in subschemas(SCHEMA):
            if isinstance(schema.get("default"), (list, int, float, str)):
                jsonschema.validate(schema["default"],
                                    {**schema, "definitions": SCHEMA["definitions"]})


if __name__ == "__main__":
    unittest.main()
