# SPDX-License-Identifier: Apache-2.0
"""`status --check`, and databases of an older version."""
import json
import shutil
import sqlite3
import unittest

import program
from program import SOURCE

GOLDEN = SOURCE / "tests/results/data"


class DatabaseTest(program.ProgramTest):
    def database(self, version):
        file = self.folder / "results.db"
        shutil.copy(GOLDEN / f"v{version}.db", file)
        return file

    def output(self, *arguments, code=0):
        result = self.run_program(*arguments, "--db", self.folder / "results.db")
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stdout

    def test_an_old_database_is_brought_up_to_date_when_asked(self):
        file = self.database(1)
        self.assert_refused(self.run_program("status", "--db", file), 2, "paretune status --check")
        self.assertEqual(list(self.folder.glob("*.bak")), [])
        self.assertIn("is sound", self.output("status", "--check"))
        self.assertTrue((self.folder / "results.db.v1.bak").exists())
        self.assertIn("8 of 8 candidates", self.output("status"))
        self.assertIn("candidate 1", self.output("front"))

    def test_an_edited_row_is_named(self):
        database = sqlite3.connect(self.database(2))
        database.execute("UPDATE metric SET value = 0.1 WHERE evaluation_id = 2 "
                         "AND name = 'latency_p50_ms'")
        database.commit()
        database.close()
        self.assertIn("row 2 of table evaluation", self.output("status", "--check", code=1))
        answer = json.loads(self.output("status", "--check", "--json", code=1))
        self.assertFalse(answer["sound"])
        self.assertEqual(len(answer["faults"]), 1)

    def test_a_wrong_name_makes_no_database(self):
        self.assert_refused(self.run_program("status", "--check", "--db", "none.db"), 2,
                            "does not exist")
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    program.main()
