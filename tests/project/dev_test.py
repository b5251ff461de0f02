# SPDX-License-Identifier: Apache-2.0
"""./dev and .ci/run: verbs, exit codes, and packages that the documents name as well."""
import re
import subprocess
import unittest

from tree import ROOT, text

VERBS = ["setup", "build", "demo", "test", "gui", "bench", "format", "tidy"]


def dev(*arguments):
    return subprocess.run([ROOT / "dev", *arguments], capture_output=True, text=True)


class Dev(unittest.TestCase):
    def test_alone_lists_its_verbs(self):
        result = dev()
        self.assertEqual(0, result.returncode)
        self.assertEqual(VERBS, re.findall(r"^  (\w+) ", result.stdout, re.MULTILINE))

    def test_unknown_verb_is_a_usage_error(self):
        result = dev("no-such-verb")
        self.assertEqual((2, ""), (result.returncode, result.stdout))
        self.assertIn("usage:", result.stderr)

    def test_gui_without_results_says_what_to_do(self):
        result = dev("gui", "no/such/results.db")
        self.assertEqual(2, result.returncode)
        self.assertIn("./dev demo", result.stderr)

    def test_ci_runs_the_tests_and_nothing_else(self):
        commands = [line for line in text(".ci/run").splitlines()
                    if line and not line.startswith("#")]
        self.assertEqual(['exec "$(dirname "$0")/../dev" test'], commands)

    def test_every_library_package_is_in_the_third_party_list(self):
        listed = text("docs/reference/third-party.md")
        packages = re.search(r"packages=\(([^)]*)\)", text("dev"))[1].split()
        self.assertGreater(len(packages), 30)
        self.assertEqual([], [name for name in packages if f"`{name}`" not in listed])


if __name__ == "__main__":
    unittest.main()
