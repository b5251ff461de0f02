# SPDX-License-Identifier: Apache-2.0
"""CMakePresets.json is valid to CMake itself, and has the presets people are told of."""
import json
import subprocess
import unittest

from tree import ROOT

NAMES = ["dev", "dev-asan", "release", "ci"]
PRESETS = json.loads((ROOT / "CMakePresets.json").read_text())


class Presets(unittest.TestCase):
    def test_cmake_lists_them(self):
        for kind in ("configure", "build", "test"):
            with self.subTest(kind):
                listed = subprocess.run(["cmake", f"--list-presets={kind}"], cwd=ROOT, check=True,
                                        capture_output=True, text=True).stdout
                for name in NAMES:
                    self.assertIn(f'"{name}"', listed)

    def test_tests_that_are_not_found_are_an_error(self):
        for preset in PRESETS["testPresets"]:
            self.assertEqual("error", preset["execution"]["noTestsAction"], preset["name"])


if __name__ == "__main__":
    unittest.main()
