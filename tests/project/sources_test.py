# SPDX-License-Identifier: Apache-2.0
"""What every source file keeps to: licence line, length, no unfinished work, no machine's paths."""
import pathlib
import re
import tempfile
import unittest

import tree

MOST_LINES = 350
LONGER = "Longer than 350 lines because"
SOURCE = (".h", ".cpp", ".cl", ".cu", ".py", ".cmake", "CMakeLists.txt", ".yaml", "dev")
# Words are spelled in two parts so that this file does not hold them.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|not impl" r"emented", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.$}])/(work|root|farm|home)/|\.\./shared\b")
VAGUE_FOLDER = re.compile(r"(^|/)(utils?|common|misc|helpers?)(/|\.)")


def violations(root=tree.ROOT):
    """One sentence for each rule that a file breaks."""
    for name in tree.files(root):
        if VAGUE_FOLDER.search(name):
            yield f"{name}: named for nothing in particular"
        try:
            text = tree.text(name, root)
        except UnicodeDecodeError:
            continue  # models and pictures
        for match in MACHINE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: {match[0]} is a path of one machine"
        if name.endswith(SOURCE):
            yield from source_violations(name, text)


def source_violations(name, text):
    if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:3]):
        yield f"{name}: no SPDX line"
    if len(text.splitlines()) > MOST_LINES and LONGER not in text:
        yield f"{name}: {len(text.splitlines())} lines; split it, or say \"{LONGER} ...\""
    for match in UNFINISHED.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield f"{name}:{line}: {match[0]}"
    if name.endswith(".h") and "#pragma once" not in text:
        yield f"{name}: no #pragma once"


class Sources(unittest.TestCase):
    def check(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return list(violations(pathlib.Path(folder)))

    def test_this_tree(self):
        self.assertEqual([], list(violations()))

    def test_tree_is_found(self):
        names = tree.files()
        self.assertIn("dev", names)
        self.assertIn("model/tensor.h", names)
        self.assertFalse([name for name in names if name.startswith(("build/", ".deps/"))])

    def test_each_rule_sees_its_violation(self):
        licence = "// SPDX-License-Identifier: Apache-2.0\n"
        self.assertEqual([], self.check("model/a.cpp", licence))
        self.assertEqual([], self.check("model/a.cpp", licence + f"// {LONGER} it is one table.\n" +
                                        "\n" * MOST_LINES))
        for name, text in [("model/a.cpp", "int x;\n"), ("model/a.cpp", licence + "\n" * MOST_LINES),
                           ("model/a.h", licence), ("model/utils.cpp", licence),
                           ("model/a.cpp", licence + "// TO" "DO: more\n"),
                           ("docs/a.md", "see /wo" "rk/x\n")]:
            with self.subTest((name, text[-20:])):
                self.assertEqual(1, len(self.check(name, text)))


if __name__ == "__main__":
    unittest.main()
