# SPDX-License-Identifier: Apache-2.0
"""paretune run under load scenarios, co-tenants and cold caches."""
import json
import os
import pathlib

import program


class ScenariosTest(program.ProgramTest):
    def run_json(self, *arguments):
        result = self.run_program("run", "--model", program.MODEL, "--iterations", 5, "--json", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_conditions_are_told_and_what_is_missing_has_a_reason(self):
        value = self.run_json("--threads", 1, "--cache", "cold", "--co-tenants", 2)
        conditions = value["conditions"]
        self.assertEqual((conditions["cache"], conditions["co_tenants"], conditions["scenario"]),
                         ("cold", 2, "single_stream"))
        self.assertIn("context_switches", value["metrics"])
        for name in ("mhz", "temperature_c", "throttles", "energy_mj"):
            told = name in value["metrics"]
            self.assertNotEqual(told, name in conditions.get("unreadable", {}), name)
        # Co-tenants are children of the program: none outlives it.
        self.assertEqual(self.children_left(), [])

    def test_offline_and_server(self):
        offline = self.run_json("--scenario", "offline", "--dims", "batch=2")
        self.assertEqual(offline["batch"], 2)
        self.assertGreater(offline["metrics"]["throughput_per_s"]["value"], 0)
        few = self.run_json("--scenario", "server", "--rate", 100, "--bound", 1000, "--seconds", 0.5)
        self.assertNotIn("server_p99_ms", few["metrics"])
        self.assertEqual(few["metrics"]["server_late"]["n"], 50)
        enough = self.run_json("--scenario", "server", "--rate", 2000)
        p99 = enough["metrics"]["server_p99_ms"]
        self.assertGreaterEqual(p99["n"], 662)
        self.assertLessEqual(p99["lo"], p99["hi"])
        self.assertGreaterEqual(p99["value"], enough["metrics"]["server_p50_ms"]["value"])

    def test_what_makes_no_sense_is_refused(self):
        for arguments in (("--scenario", "server"), ("--scenario", "offline", "--cache", "cold"),
                          ("--co-tenants", -1), ("--scenario", "rush_hour")):
            result = self.run_program("run", "--model", program.MODEL, *arguments)
            self.assertEqual(result.returncode, 2, (arguments, result.stderr))

    def children_left(self):
        left = []
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
                program_of = os.readlink(status.parent / "exe")
            except OSError:
                continue
            if program_of == program.PROGRAM and fields["PPid"].strip() == "1":
                left.append(status.parent.name)
        return left


if __name__ == "__main__":
    program.main()
