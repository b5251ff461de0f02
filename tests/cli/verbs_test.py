# SPDX-License-Identifier: Apache-2.0
"""One short sweep, then every verb that reads its results."""
import json

import numpy
import onnx
from onnx import numpy_helper

import program


class VerbsTest(program.ProgramTest):
    def test_help_has_an_example(self):
        for verb in ("demo", "sweep", "status", "front", "export", "run", "inspect", "doctor"):
            result = self.run_program(verb, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertIn("Example: paretune " + verb, result.stdout)
            self.assertIn("--json", result.stdout)

    def test_run_times_and_computes(self):
        timed = self.run_program("run", "--model", program.MODEL, "--iterations", 5, "--json")
        self.assertEqual(timed.returncode, 0, timed.stderr)
        value = json.loads(timed.stdout)
        self.assertEqual(value["iterations"], 5)
        self.assertEqual(set(value["wall_ns"]), {"min", "p50", "p90", "p99"})
        self.assertGreater(value["peak_rss_bytes"], 0)
        self.assertIn("normal", timed.stderr)
        name = onnx.load(program.MODEL).graph.input[0].name
        data = numpy.zeros((1, 1, 28, 28), numpy.float32)
        (self.folder / "input_0.pb").write_bytes(numpy_helper.from_array(data, name).SerializeToString())
        run = self.run_program("run", "--model", program.MODEL, "--inputs", self.folder, "--outputs", self.folder / "out")
        self.assertEqual(run.returncode, 0, run.stderr)
        tensor = onnx.TensorProto()
        tensor.ParseFromString((self.folder / "out/output_0.pb").read_bytes())
        self.assertEqual(numpy_helper.to_array(tensor).shape, (1, 10))

    def test_inspect(self):
        value = json.loads(self.run_program("inspect", program.MODEL, "--json").stdout)
        self.assertEqual(sum(layer["parameters"] for layer in value["layers"]), value["parameters"])
        self.assertGreaterEqual(sum(layer["quantizable"] for layer in value["layers"]), 8)
        operators = {row["op_type"]: row for row in value["operators"]}
        # Two multiply-adds' halves per output element and tap of the nine convolutions, by hand.
        self.assertEqual(operators["Conv"]["count"], 9)
        self.assertEqual(operators["Gemm"]["flops"], 2 * 64 * 10)
        twice = json.loads(self.run_program("inspect", program.MODEL, "--json", "--dims", "batch=2").stdout)
        self.assertEqual(twice["inputs"][0]["shape"], [2, 1, 28, 28])
        self.assertEqual(twice["flops"], 2 * value["flops"])
        plan = self.run_program("inspect", program.MODEL, "--plan")
        self.assertEqual(plan.returncode, 0, plan.stderr)
        for layer in value["layers"]:
            if layer["family"] != "view":
                self.assertIn(layer["id"], plan.stdout)

    def test_a_changed_weight_beside_the_model_is_another_model(self):
        model = onnx.load(program.MODEL)
        file = self.folder / "model.onnx"
        onnx.save_model(model, file, save_as_external_data=True, location="weights", size_threshold=0)
        inspect = lambda: json.loads(self.run_program("inspect", file, "--json").stdout)["sha256"]
        before = inspect()
        self.assertEqual(before, inspect())
        weights = bytearray((self.folder / "weights").read_bytes())
        weights[0] ^= 1
        (self.folder / "weights").write_bytes(weights)
        self.assertNotEqual(before, inspect())

    def test_sweep_to_package(self):
        db = self.folder / "results.db"
        sweep = self.run_program("sweep", self.write_study(), "--db", db, "--json")
        self.assertEqual(sweep.returncode, 0, sweep.stderr)
        summary = json.loads(sweep.stdout)
        self.assertIsNotNone(summary["best_id"])
        front = json.loads(self.run_program("front", "--db", db, "--json").stdout)
        self.assertEqual(front, summary["front"])
        self.assertEqual(set(front[0]), {"id", "latency_ms", "memory_mib", "accuracy", "schemes", "devices", "runtime"})
        sessions = json.loads(self.run_program("status", "--db", db, "--json").stdout)
        self.assertEqual([row["state"] for row in sessions], ["done"])
        csv = self.run_program("front", "--db", db, "--csv", "--all").stdout.splitlines()
        self.assertEqual(len(csv) - 1, summary["candidates"])
        package = self.folder / "package"
        export = self.run_program("export", "--db", db, "--out", package, "--json")
        self.assertEqual(export.returncode, 0, export.stderr)
        self.assertEqual(json.loads(export.stdout)["candidate_id"], summary["best_id"])
        self.assertEqual(self.run_program("run", "--package", package, "--selftest").returncode, 0)
        with open(package / "model.onnx", "r+b") as file:
            file.seek(2000)
            byte = file.read(1)
            file.seek(2000)
            file.write(bytes([byte[0] ^ 1]))
        self.assert_refused(self.run_program("run", "--package", package, "--selftest"), 2, "model.onnx")


if __name__ == "__main__":
    program.main()
