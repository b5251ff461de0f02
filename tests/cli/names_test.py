# SPDX-License-Identifier: Apache-2.0
"""Names made to be run as formulas, markup or terminal commands come out of every verb as plain text."""
import csv
import io
import json
import os
import re
import shutil
import sqlite3

import onnx

import program
from program import SOURCE

NAMES = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1",
         "<img src=x onerror=alert(1)>", "\x1b]0;owned\x07\x1b[2J\x1b[31mred"]
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f]")
NUMBER = re.compile(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?$")


class NamesTest(program.ProgramTest):
    def plain(self, *arguments, code=0):
        result = self.run_program(*arguments)
        self.assertEqual(result.returncode, code, result.stderr)
        for text in (result.stdout, result.stderr):
            self.assertIsNone(CONTROL.search(text), f"{arguments}: {text!r}")
        return result.stdout

    def database(self, name):
        db = self.folder / "results.db"
        shutil.copy(SOURCE / "tests/results/data/v2.db", db)
        connection = sqlite3.connect(db)
        for statement in ("UPDATE study SET name = ?", "UPDATE model SET name = ?, path = ?", "UPDATE evaluation SET reason = ?",
                          "UPDATE candidate SET point = ? || id, origin = ?, schemes = ?, devices = ?, runtime = ?"):
            connection.execute(statement, [name] * statement.count("?"))
        connection.commit()
        connection.close()
        return db

    def test_what_a_database_says(self):
        for name in NAMES:
            with self.subTest(repr(name)):
                db = self.database(name)
                self.plain("status", "--db", db)
                self.plain("front", "--db", db)
                self.plain("front", "--db", db, "--all")
                for words in (["status", "--json"], ["front", "--json"], ["front", "--all", "--json"]):
                    json.loads(self.plain(*words, "--db", db))
                table = list(csv.reader(io.StringIO(self.plain("front", "--all", "--csv", "--db", db))))
                self.assertGreater(len(table), 2)
                self.assertEqual({len(row) for row in table}, {len(table[0])})
                for cell in sum(table, []):
                    self.assertTrue(not cell or cell[0] not in "=+-@\t\r" or NUMBER.match(cell), cell)

    def test_what_a_model_says(self):
        model = onnx.load(program.MODEL)
        for index, node in enumerate(model.graph.node):
            node.name = NAMES[index % len(NAMES)] + str(index)
        model.graph.name = NAMES[-1]
        renamed = {model.graph.output[0].name: NAMES[-2], model.graph.input[0].name: NAMES[-1]}
        for values in (model.graph.input, model.graph.output):
            values[0].name = renamed[values[0].name]
        for node in model.graph.node:
            for names in (node.input, node.output):
                for index, name in enumerate(names):
                    names[index] = renamed.get(name, name)
        file = self.folder / "model.onnx"
        onnx.save(model, file)
        self.plain("inspect", file)
        self.plain("inspect", file, "--plan")
        json.loads(self.plain("inspect", file, "--json"))
        db, package = self.folder / "results.db", self.folder / "package"
        study = self.write_study(model=file)
        self.plain("sweep", study, "--db", db, "--candidates", 1)
        for words in (["front"], ["front", "--all"], ["front", "--all", "--csv"], ["status"]):
            self.plain(*words, "--db", db)
        self.plain("export", "--db", db, "--candidate", 1, "--out", package)
        for text in package.rglob("*"):
            if text.suffix in (".json", ".md", ".txt", ".csv"):
                self.assertIsNone(CONTROL.search(text.read_text()), text.name)
        self.plain("run", "--package", package, "--selftest")

    def test_a_kernel_cache_others_may_write_to(self):
        cache = self.folder / "cache"
        cache.mkdir()
        cache.chmod(0o777)
        self.environment["PARETUNE_CACHE_DIR"] = str(cache)
        findings = json.loads(self.plain("doctor", "--quick", "--json"))["findings"]
        found = [finding for finding in findings if finding["area"] == "cache"]
        self.assertEqual(len(found), 1)
        self.assertIn(str(cache), found[0]["text"])
        self.assertIn("other users", found[0]["text"])
        self.assertEqual(os.listdir(cache), [])
        cache.chmod(0o700)
        findings = json.loads(self.plain("doctor", "--quick", "--json"))["findings"]
        self.assertEqual([finding for finding in findings if finding["area"] == "cache"], [])


if __name__ == "__main__":
    program.main()
