# SPDX-License-Identifier: Apache-2.0
"""`paretune compare`: who is faster, of candidates, packages, files and runtimes."""
import json

import program

QUICK = ("--pairs", "9", "--max-pairs", "18", "--later", "0")


class CompareTest(program.ProgramTest):
    def compare(self, *arguments, code=0):
        result = self.run_program("compare", *arguments, *QUICK, "--json")
        self.assertEqual(result.returncode, code, result.stderr)
        return json.loads(result.stdout)

    def test_file_against_runtime(self):
        report = self.compare(program.MODEL, f"onnxruntime:{program.MODEL}")
        self.assertIn(report["verdict"], ("win", "loss", "same", "inconclusive"))
        self.assertEqual(report["n"] % 9, 0)
        self.assertEqual(report["processes"], report["n"] // 3)
        self.assertLess(report["lo"], report["ratio"])
        self.assertLess(report["ratio"], report["hi"])
        self.assertIn("onnxruntime", report["b"]["what"])
        self.assertLess(report["outputs"]["relative_difference"], 1e-4)
        self.assertGreater(report["conditions"]["cpus"], 0)

    def test_writes_every_pair(self):
        samples = self.folder / "samples.csv"
        result = self.run_program("compare", program.MODEL, program.MODEL, *QUICK, "--samples", samples)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("outputs differ by 0", result.stdout)
        rows = samples.read_text().splitlines()
        self.assertEqual(rows[0], "process,a_ns,b_ns")
        self.assertGreaterEqual(len(rows), 1 + 9)
        self.assertTrue(all(int(cell) > 0 for row in rows[1:] for cell in row.split(",")[1:]))

    def test_candidates_and_package_of_a_study(self):
        study, db, package = self.write_study(), self.folder / "results.db", self.folder / "package"
        self.assertEqual(self.run_program("sweep", study, "--db", db).returncode, 0)
        front = json.loads(self.run_program("front", "--db", db, "--json", "--all").stdout)
        report = self.compare(front[0]["id"], front[-1]["id"], "--db", db)
        self.assertIsNone(report["outputs"])
        self.assertGreater(report["a"]["cpu_ms"]["p50"], 0)
        self.assertEqual(self.run_program("export", "--db", db, "--out", package).returncode, 0)
        report = self.compare(package, program.MODEL)
        self.assertGreater(report["a"]["wall_ms"]["p50"], 0)

    def test_says_what_cannot_be_compared(self):
        refused = [(("1", program.MODEL), "export it"), (("nothing.onnx", program.MODEL), "nothing.onnx"),
                   ((f"tensorrt:{program.MODEL}", program.MODEL), "onnxruntime"), (("1", "2"), "results.db")]
        for arguments, words in refused:
            self.assert_refused(self.run_program("compare", *arguments, *QUICK), 2, words)
        broken = self.folder / "broken.onnx"
        broken.write_bytes(b"no model")
        self.assert_refused(self.run_program("compare", broken, program.MODEL, *QUICK), 2, "broken.onnx")


if __name__ == "__main__":
    program.main()
