# SPDX-License-Identifier: Apache-2.0
"""A sweep over both kinds of device: what the demo promises, on a small study."""
import json
import sqlite3

import program


class DevicesTest(program.ProgramTest):
    def test_the_store_holds_verified_results_on_each_device_and_on_both(self):
        study = self.write_study(replace=[
            ("devices: [cpu]", 'devices: [cpu, "opencl:0"]'),
            ("schemes: [fp32, int8_channel]", "schemes: [fp32, int8_tensor, int8_channel]"),
            ("kernels: {trials: 1}", 'kernels: {trials: 2, trials_by_device: {"opencl:0": 0}}'),
            ("search: {candidates: 4}", "search: {candidates: 6}")])
        sweep = self.run_program("sweep", study, "--db", "results.db", timeout=280)
        self.assertEqual(sweep.returncode, 0, sweep.stderr)
        rows = json.loads(self.run_program("front", "--db", "results.db", "--all", "--json").stdout)
        good = [row for row in rows if row.get("latency_ms")]
        places = {tuple(row["devices"]) for row in good}
        self.assertLessEqual({("cpu",), ("opencl:0",), ("cpu", "opencl:0")}, places)
        schemes = {scheme for row in good for scheme in row["schemes"]}
        self.assertEqual({"fp32", "int8_tensor", "int8_channel"}, schemes)
        with sqlite3.connect(self.folder / "results.db") as database:
            settings, = database.execute(
                "select count(distinct kernel || knobs || workload) from kernel_evaluation"
                " where outcome = 'ok' and knobs != ''").fetchone()
            converts, = database.execute(
                "select count(*) from kernel_evaluation where outcome = 'ok'"
                " and workload like 'convert%opencl:0%'").fetchone()
        self.assertGreaterEqual(settings, 20)
        self.assertGreater(converts, 0)
        report = sweep.stdout[sweep.stdout.index("Best per set of devices"):]
        for place in ("cpu ", "opencl:0 ", "cpu opencl:0 "):
            self.assertIn("\n" + place, report)


if __name__ == "__main__":
    program.main()
