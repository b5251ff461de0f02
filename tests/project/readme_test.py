# SPDX-License-Identifier: Apache-2.0
"""Every command of the README and the how-tos runs (readme.py says how)."""
import os
import pathlib
import re
import unittest

import readme
import tree

BINARIES = pathlib.Path(os.environ.get("PARETUNE_BUILD_DIR", tree.ROOT / "build/release"), "bin")
DOCUMENTS = ["README.md", *(name for name in tree.files()
                            if name.startswith("docs/how-to/") and name.endswith(".md"))]


class Readme(unittest.TestCase):
    def test_commands_of_the_documents(self):
        for name in DOCUMENTS:
            with self.subTest(name):
                self.assertEqual([], readme.run(tree.text(name), BINARIES))

    def test_readme_runs_commands(self):
        kinds = [step.kind for step in readme.steps(tree.text("README.md"))]
        self.assertGreaterEqual(kinds.count("run"), 7)

    def test_links_lead_somewhere(self):
        for name in tree.files():
            if not name.endswith(".md"):
                continue
            for link in re.findall(r"\]\(([^)#:\s]+)\)", tree.text(name)):
                with self.subTest((name, link)):
                    self.assertTrue((tree.ROOT / name).parent.joinpath(link).exists())


class Runner(unittest.TestCase):
    def run_text(self, *lines):
        return readme.run("\n".join(lines), BINARIES)

    def test_failure_is_found(self):
        self.assertEqual(1, len(self.run_text("```sh", "true", "exit 3", "```")))
        self.assertEqual(1, len(self.run_text("```sh", "./dev no-such-verb", "```")))
        self.assertEqual(1, len(self.run_text("<!-- test: run false -->")))

    def test_success(self):
        self.assertEqual([], self.run_text("```sh", "# a comment", "test \\", "  -d configs",
                                           "./dev test", "```", "```yaml", "exit 3", "```"))

    def test_directives(self):
        self.assertEqual([], self.run_text(
            "<!-- test: run touch given -->", "<!-- test: file a.yaml -->", "  ```yaml",
            "  key:", "    inner: 1", "  ```", "```sh", "test -e given",
            "grep -qx 'key:' a.yaml && grep -qx '  inner: 1' a.yaml", "```",
            "<!-- test: skip needs a network -->", "```sh", "exit 3", "```"))


if __name__ == "__main__":
    unittest.main()
