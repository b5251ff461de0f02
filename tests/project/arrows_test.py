# SPDX-License-Identifier: Apache-2.0
"""The arrows between folders hold, and the check sees each way to break one."""
import pathlib
import tempfile
import unittest

import arrows


class Arrows(unittest.TestCase):
    def check(self, files):
        """Violations of a tree made of {path: text}."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return arrows.violations(pathlib.Path(folder))

    def assert_refused(self, files, word):
        found = self.check(files)
        self.assertEqual(1, len(found), found)
        self.assertIn(word, found[0])

    def test_this_tree(self):
        self.assertEqual([], arrows.violations())

    def test_table_has_no_cycle(self):
        self.assertIsNone(arrows.cycle(arrows.TABLE["folders"]))

    def test_allowed_tree(self):
        self.assertEqual([], self.check({
            "model/tensor.h": "#include <vector>\n",
            "kernels/cpu/conv.cpp": '#include <oneapi/dnnl/dnnl.hpp>\n#include "model/tensor.h"\n',
            "tests/kernels/conv.cpp": "#include <dnnl.hpp>\n#include <gtest/gtest.h>\n",
            "model/onnx/reader.cpp": '#include "onnx.pb.h"\n',
            "kernels/CMakeLists.txt": "paretune_library(kernels PUBLIC paretune::model)"}))

    def test_wrong_arrow(self):
        self.assert_refused({"results/store.h": "", "model/a.cpp": '#include "results/store.h"\n'},
                            "may not include results/store.h")
        self.assert_refused({"cli/a.h": "", "gui/a.cpp": '# include "cli/a.h"\n'}, "may not")
        self.assert_refused({"devices/opencl/a.h": "",
                             "devices/cpu/a.cpp": '#include "devices/opencl/a.h"'}, "may not")

    def test_vendor_header_outside_its_folder(self):
        for folder, header in [("harness", "oneapi/dnnl/dnnl.hpp"), ("kernels/cpu", "CL/opencl.hpp"),
                               ("harness", "SQLiteCpp/Database.h"), ("results", "QString"),
                               ("results", "QtCore/QString"), ("model", "google/protobuf/x.h"),
                               ("model/ops", "onnx.pb.h"), ("harness", "sqlite3.h"),
                               ("tests/model", "sqlite3.h"), ("search", "gtest/gtest.h")]:
            with self.subTest((folder, header)):
                self.assert_refused({f"{folder}/a.cpp": f"#include <{header}>\n"}, header)

    def test_cycle_of_headers(self):
        self.assert_refused({"model/a.h": '#include "model/b.h"\n',
                             "model/b.h": '#include "model/a.h"\n'}, "cycle")

    def test_include_not_from_the_root(self):
        self.assert_refused({"model/a.h": "", "model/a.cpp": '#include "a.h"\n'}, "seen from")

    def test_ours_in_angle_brackets(self):
        self.assert_refused({"model/a.h": "", "model/a.cpp": "#include <model/a.h>\n"}, "is ours")

    def test_wrong_link(self):
        self.assert_refused({"search/CMakeLists.txt": "paretune_library(search PUBLIC "
                                                      "paretune::model)"}, "may not link")

    def test_unknown_folder(self):
        self.assert_refused({"helpers/a.cpp": ""}, "no row")


if __name__ == "__main__":
    unittest.main()
