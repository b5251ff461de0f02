# SPDX-License-Identifier: Apache-2.0
"""`paretune bench` and `paretune doctor`: what they print is what Google Benchmark and JSON readers expect."""
import json

import program

KEY = "gemm add=0 bias=1 k=64 m=1 n=10 relu=0 in=f32 out=f32 wei=f32"


class BenchTest(program.ProgramTest):
    def bench(self, *arguments):
        return self.run_program("bench", *arguments, "--benchmark_min_time=0.001")

    def test_layers_of_a_model_by_the_usual_flags(self):
        listed = self.bench("--model", program.MODEL, "--scheme", "fp32,int8_channel", "--benchmark_list_tests")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        names = listed.stdout.split()
        self.assertTrue(all(name.endswith("/process_time/manual_time") for name in names), names)
        self.assertTrue(any("/int8_channel/cpu/cpu.conv_blocked/" in name for name in names), names)
        run = self.bench("--model", program.MODEL, "--benchmark_filter=global_average|Gemm.*fp32", "--benchmark_format=json",
                         "--benchmark_out=" + str(self.folder / "out.json"))
        self.assertEqual(run.returncode, 0, run.stderr)
        value = json.loads(run.stdout)
        self.assertEqual(value["context"]["threads"], "1")
        self.assertTrue(value["benchmarks"])
        for row in value["benchmarks"]:
            self.assertGreater(row["iterations"], 0)
            self.assertGreater(row["real_time"], 0)
            self.assertIn("in=f32", row["label"])
        saved = json.loads((self.folder / "out.json").read_text())
        self.assertEqual([row["name"] for row in saved["benchmarks"]], [row["name"] for row in value["benchmarks"]])

    def test_a_workload_by_its_key(self):
        run = self.bench("--workload", KEY, "--benchmark_format=json", "--benchmark_repetitions=2")
        self.assertEqual(run.returncode, 0, run.stderr)
        rows = json.loads(run.stdout)["benchmarks"]
        self.assertTrue(any("cpu.gemm_onednn" in row["name"] for row in rows))
        self.assertIn("median", {row.get("aggregate_name") for row in rows})

    def test_stored_winners(self):
        db = self.folder / "results.db"
        sweep = self.run_program("sweep", self.write_study(), "--db", db)
        self.assertEqual(sweep.returncode, 0, sweep.stderr)
        run = self.bench("--db", db, "--benchmark_format=json", "--benchmark_filter=winner/conv,")
        self.assertEqual(run.returncode, 0, run.stderr)
        names = [row["name"] for row in json.loads(run.stdout)["benchmarks"]]
        self.assertTrue(names)
        workloads = [name.split("/")[1] for name in names]
        self.assertEqual(len(set(workloads)), len(workloads), "one winner per workload")

    def test_refusals(self):
        self.assert_refused(self.bench(), 2, "--model", "--workload", "--db")
        self.assert_refused(self.bench("--workload", KEY, "--nonsense"), 2, "--nonsense")
        self.assert_refused(self.bench("--workload", "conv c=1"), 2)
        self.assert_refused(self.bench("--workload", KEY, "--device", "opencl:77"), 3, "opencl:77")


class DoctorTest(program.ProgramTest):
    def test_json(self):
        run = self.run_program("doctor", "--json")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        value = json.loads(run.stdout)
        self.assertEqual(value["devices"][0]["id"], "cpu")
        self.assertTrue(value["machine"]["cpu"])
        self.assertGreater(value["state"]["cpus"], 0)
        self.assertGreater(value["state"]["memory_available"], 0)
        self.assertGreater(value["noise"]["run_us"], 0)
        self.assertGreaterEqual(value["noise"]["floor_paired"], 0)
        for finding in value["findings"]:
            self.assertIn(finding["level"], ("note", "warning"))
            self.assertTrue(finding["text"])

    def test_text(self):
        run = self.run_program("doctor", "--quick")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        for title in ("machine", "isa", "clock", "load", "devices"):
            self.assertRegex(run.stdout, "(?m)^" + title)

    def test_a_study_that_cannot_run_here(self):
        study = self.write_study(replace=[("devices: [cpu]", 'devices: [cpu, "opencl:77"]')])
        run = self.run_program("doctor", "--quick", "--json", "--study", study)
        self.assertEqual(run.returncode, 3, run.stderr)
        problems = [f["text"] for f in json.loads(run.stdout)["findings"] if f["level"] == "problem"]
        self.assertEqual(len(problems), 1, problems)
        self.assertIn("opencl:77", problems[0])


if __name__ == "__main__":
    program.main()
