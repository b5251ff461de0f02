# SPDX-License-Identifier: Apache-2.0
"""model/ops/arity.cpp against ONNX's own schemas: every operator the project lists has a row, and
the row allows what some version from operator set 7 on allows, and no more."""
import pathlib
import re
import unittest

from onnx import defs

OPS = pathlib.Path(__file__).resolve().parents[2] / "model" / "ops"
MANY = 2**31 - 1
NUMBER = r"(\d+|many)"
ROWS = {row[0]: tuple(MANY if n == "many" else int(n) for n in row[1:]) for row in re.findall(
    rf'{{"(\w+)", {NUMBER}, {NUMBER}, {NUMBER}, {NUMBER}}}', (OPS / "arity.cpp").read_text())}


def versions(name):
    schemas = [s for s in defs.get_all_schemas_with_history() if s.name == name and not s.domain]
    oldest = max([s.since_version for s in schemas if s.since_version <= 7], default=0)
    return [s for s in schemas if s.since_version >= oldest]


class Arity(unittest.TestCase):
    def test_rows_are_the_standard_s(self):
        self.assertGreater(len(ROWS), 90)
        self.assertEqual(sorted(ROWS), list(ROWS), "lower_bound() needs them sorted")
        for name, row in ROWS.items():
            if name == "If":  # captures stand behind its condition
                continue
            schemas = versions(name)
            expected = (min(s.min_input for s in schemas), max(s.max_input for s in schemas),
                        max(1, min(s.min_output for s in schemas)),
                        max(s.max_output for s in schemas))
            self.assertEqual(expected, row, name)


if __name__ == "__main__":
    unittest.main()
