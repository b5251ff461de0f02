# SPDX-License-Identifier: Apache-2.0
"""Makes damaged and hostile results databases from a sound one.

    hostile.py v2.db FOLDER [--damaged 300] [--seed 1]

writes FOLDER/damaged-000.db ... and FOLDER/hostile-NAME.db, some with a -wal or -journal beside
them, and prints the databases' names, one a line. The same seed gives the same files, but for the logs' salt.
"""

import argparse
import pathlib
import random
import shutil
import sqlite3

from damage import PAGE, damaged


def connect(file):
    """Out of WAL mode, so that the file is all there is; nothing waits for the disk."""
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = OFF")
    return database


def rewrite(database, name, old, new):
    """Changes the stored statement of a table behind SQLite's back."""
    database.execute("PRAGMA writable_schema = ON")
    found = database.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0]
    assert old in found, (name, old)
    database.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?",
                     (found.replace(old, new), name))
    version = database.execute("PRAGMA schema_version").fetchone()[0]
    database.execute(f"PRAGMA schema_version = {version + 1}")
    database.execute("PRAGMA writable_schema = OFF")


def statements(*texts):
    def change(database):
        for text in texts:
            database.execute(text)
    return change


def rewritten(name, old, new):
    return lambda database: rewrite(database, name, old, new)


ENDLESS = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) ")
ROWS_1E9 = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) ")
HOSTILE_TEXTS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
                 "\x1b]0;title\x07\x1b[2J\x1b[31mred", "<script>alert(1)</script>",
                 "a\x00b", "\u202egnp.exe", "\x9b31m", "%s%n{}{0}", "'; DROP TABLE study; --",
                 "\ud7ff\ufffe", "x" * 100000, "line\nbreak\u2028and"]


def texts_everywhere(database):
    for index, text in enumerate(HOSTILE_TEXTS):
        database.execute("UPDATE candidate SET origin = ?, runtime = ?, point = point || ? "
                         "WHERE id % 16 = ?", (text, text, text, index))
        database.execute("UPDATE evaluation SET reason = ?, stage = ? WHERE id % 16 = ?",
                         (text, text, index))
    database.execute("UPDATE study SET name = ?", (HOSTILE_TEXTS[6],))
    database.execute("UPDATE model SET name = ?", (HOSTILE_TEXTS[0],))


def choices_everywhere(database):
    for row, text in enumerate(HOSTILE_TEXTS, start=1):
        quoted = "".join(f"\\u{ord(c):04x}" for c in text[:200])
        database.execute(
            "UPDATE candidate SET choices = replace(choices, '\"fp32\"', ?) WHERE id = ?",
            (f'"{quoted}"', row))


def invalid_utf8(database):
    database.execute("UPDATE candidate SET origin = CAST(x'ff80c0fe' AS TEXT), "
                     "runtime = CAST(x'ed a0 80' AS TEXT)".replace(" a0 80", "a080"))
    database.execute("UPDATE study SET name = CAST(x'c328' AS TEXT)")


def loosely_typed(database):
    """Text in integer columns: rows written while the tables were not STRICT."""
    for table in ("candidate", "evaluation", "session"):
        rewrite(database, table, ") STRICT", ") /**/")


def loosely_typed_rows(database):
    database.execute("UPDATE candidate SET threads = 'many', batch = x'00ff', hash = 7")
    database.execute("UPDATE evaluation SET attempt = 'one', block = 'two', signal = x'ff', "
                     "seconds = 'soon', outcome = 5")
    database.execute("UPDATE session SET planned = 'all', seed = 'none'")
    database.commit()
    for table in ("candidate", "evaluation", "session"):
        rewrite(database, table, ") /**/", ") STRICT")


def bombs(database):
    database.execute("UPDATE candidate SET choices = ? WHERE id = 1", ("[" * 2000000,))
    database.execute("UPDATE candidate SET choices = ? WHERE id = 2",
                     ('{"a":' * 300000 + "1" + "}" * 300000,))
    database.execute("UPDATE study SET config_json = ?", ("[" * 500000 + "]" * 500000,))
    database.execute("UPDATE model SET layers_json = ?", ('{"a":' * 500000 + "1" + "}" * 500000,))


def absurd_numbers(database):
    database.execute("UPDATE metric SET n = 9223372036854775807, value = 9e999, lo = -9e999, "
                     "hi = NULL WHERE evaluation_id = 1")
    database.execute("UPDATE metric SET n = -9223372036854775808, value = -1e308, lo = 5e-324 "
                     "WHERE evaluation_id = 2")
    database.execute("UPDATE candidate SET threads = -2147483649, batch = 9223372036854775807")
    database.execute("UPDATE evaluation SET attempt = -9223372036854775808, "
                     "signal = 9223372036854775807, seconds = -9e999, block = -1 WHERE id > 2")
    database.execute("UPDATE session SET planned = -9223372036854775808")
    database.execute("UPDATE kernel_evaluation SET p50_ns = -9e999, threads = -1")


def negative_ids(database):
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("UPDATE candidate SET id = -id")
    database.execute("UPDATE evaluation SET candidate_id = -candidate_id, id = -id")
    database.execute("UPDATE study SET id = -9223372036854775808")
    database.execute("UPDATE session SET study_id = -9223372036854775808")
    database.execute("UPDATE candidate SET study_id = -9223372036854775808")


def shared_root(database):
    database.execute("PRAGMA writable_schema = ON")
    database.execute("UPDATE sqlite_schema SET rootpage = "
                     "(SELECT rootpage FROM sqlite_schema WHERE name = 'candidate') "
                     "WHERE name = 'evaluation'")


def schema_as_table(database):
    database.execute("PRAGMA writable_schema = ON")
    database.execute("UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'quarantine'")


def module(name, sql):
    """A virtual table whose module need not exist here."""
    def change(database):
        database.execute("PRAGMA writable_schema = ON")
        database.execute("INSERT INTO sqlite_schema VALUES ('table', ?, ?, 0, ?)",
                         (name, name, sql))
    return change


def missing_columns(database):
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
        database.execute(f"DROP VIEW {name}")
    for table in ("metric", "samples", "artifact"):
        database.execute(f"DROP TABLE {table}")
        database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY) STRICT")


def table_as_view(database):
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("DROP TABLE canary")
    database.execute(f"CREATE VIEW canary AS {ENDLESS} SELECT i AS id, 1 AS session_id FROM n")


def many_objects(database):
    database.execute("BEGIN")
    for index in range(2000):
        database.execute(f"CREATE TABLE t{index} (x REFERENCES t{index + 1})")


def utf16(database):
    """Cannot be changed afterwards: copied into a database of the other encoding."""
    script = [line for line in database.iterdump() if "sqlite_sequence" not in line]
    return script


def view(name, body):
    return statements(f"DROP VIEW {name}", f"CREATE VIEW {name} AS {body}")


HOSTILE = {
    "endless_view": view("v_candidates", ENDLESS + "SELECT i AS id FROM n"),
    "billion_rows": view("v_outcome", ROWS_1E9 + "SELECT i AS candidate_id, i AS evaluation_id, "
                         "'ok' AS outcome, '' AS stage, '' AS reason, 0 AS signal, 1 AS confirmed, "
                         "i AS row_version FROM n, n AS m"),
    "series_view": view("v_metric", "SELECT value AS candidate_id FROM generate_series(1, 1e9)"),
    "extension_view": view("v_front", "SELECT load_extension('evil.so') AS id"),
    "self_view": statements("DROP VIEW v_front", "CREATE VIEW v_front AS SELECT * FROM v_other",
                            "CREATE VIEW v_other AS SELECT * FROM v_front"),
    "extra_view": statements("CREATE VIEW v_mine AS " + ENDLESS + "SELECT * FROM n"),
    "trigger": statements("CREATE TRIGGER t AFTER INSERT ON evaluation BEGIN "
                          "DELETE FROM samples; END"),
    "view_trigger": statements("CREATE TRIGGER t INSTEAD OF INSERT ON v_front BEGIN "
                               "SELECT load_extension('evil.so'); END"),
    "generated": rewritten("candidate", "payload TEXT NOT NULL",
                           "payload TEXT NOT NULL, "
                           "evil TEXT AS (load_extension('evil.so')) VIRTUAL"),
    "check": rewritten("evaluation", "seconds REAL NOT NULL",
                       "seconds REAL NOT NULL CHECK (writefile('evil', 'x') > 0)"),
    "default": rewritten("session", "ended TEXT", "ended TEXT DEFAULT (readfile('/etc/passwd'))"),
    "cycle": rewritten("model", "hash TEXT NOT NULL UNIQUE",
                       "hash TEXT NOT NULL UNIQUE REFERENCES study (hash) ON UPDATE CASCADE"),
    "rowid_trick": rewritten("metric", ", WITHOUT ROWID", ""),
    "unstrict": rewritten("machine", " STRICT", ""),
    "expression_index": statements("CREATE INDEX evil ON candidate (abs(length(choices)))"),
    "collation": rewritten("study", "name TEXT NOT NULL", "name TEXT COLLATE evil NOT NULL"),
    "full_text": module("notes", "CREATE VIRTUAL TABLE notes USING fts5(x)"),
    "pages_module": module("pages", "CREATE VIRTUAL TABLE pages USING sqlite_dbpage"),
    "no_module": module("v_extra", "CREATE VIRTUAL TABLE v_extra USING edit('x')"),
    "statistics": statements("ANALYZE", "UPDATE sqlite_stat1 SET stat = '-1 99999999999999 x'"),
    "missing_columns": missing_columns,
    "table_as_view": table_as_view,
    "quoted_name": statements("CREATE TABLE \"x'); DROP TABLE study; --\" (y)"),
    "many_objects": many_objects,
    "shared_root": shared_root,
    "schema_as_table": schema_as_table,
    "texts": texts_everywhere,
    "choices": choices_everywhere,
    "invalid_utf8": invalid_utf8,
    "bombs": bombs,
    "absurd_numbers": absurd_numbers,
    "negative_ids": negative_ids,
    "outcome": statements("UPDATE evaluation SET outcome = 'exploded'",
                          "UPDATE kernel_evaluation SET outcome = ''"),
    "orphans": statements("PRAGMA foreign_keys = OFF", "DELETE FROM session", "DELETE FROM study",
                          "DELETE FROM model"),
    "sequence": statements("UPDATE sqlite_sequence SET seq = 9223372036854775807"),
    "paths": statements("UPDATE artifact SET path = '../../../../etc/passwd'",
                        "UPDATE model SET path = '/etc/shadow'"),
    "huge_samples": statements("UPDATE samples SET nanoseconds = zeroblob(8000000) WHERE id < 3"),
    "version": statements("PRAGMA user_version = -2147483648"),
}


def hostile(golden, folder):
    names = []
    for name, change in HOSTILE.items():
        file = folder / f"hostile-{name}.db"
        shutil.copy(golden, file)
        database = connect(file)
        change(database)
        database.commit()
        database.close()
        names.append(file.name)
    names += [other_encoding(golden, folder), loose(golden, folder), journal(golden, folder)]
    return names


def other_encoding(golden, folder):
    file = folder / "hostile-utf16.db"
    source = sqlite3.connect(golden.as_uri() + "?mode=ro&immutable=1", uri=True)
    database = connect(file)
    database.execute("PRAGMA encoding = 'UTF-16le'")
    database.executescript("\n".join(utf16(source)))
    for setting in ("application_id", "user_version"):
        value = source.execute(f"PRAGMA {setting}").fetchone()[0]
        database.execute(f"PRAGMA {setting} = {value}")
    database.commit()
    database.close()
    source.close()
    return file.name


def loose(golden, folder):
    file = folder / "hostile-loose_types.db"
    shutil.copy(golden, file)
    for change in (loosely_typed, loosely_typed_rows):
        database = connect(file)
        change(database)
        database.commit()
        database.close()
    return file.name


def journal(golden, folder):
    """A rollback journal that is none of this database's."""
    file = folder / "hostile-journal.db"
    shutil.copy(golden, file)
    rng = random.Random("journal")
    head = bytes.fromhex("d9d505f920a163d7") + (3).to_bytes(4, "big") + rng.randbytes(8)
    body = (42).to_bytes(4, "big") + (512).to_bytes(4, "big") + PAGE.to_bytes(4, "big")
    file.with_name(file.name + "-journal").write_bytes((head + body).ljust(512, b"\0")
                                                       + rng.randbytes(3 * PAGE))
    return file.name


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("golden", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--damaged", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    golden = arguments.golden.resolve()
    names = damaged(golden, arguments.folder, arguments.damaged, arguments.seed)
    print("\n".join(names + hostile(golden, arguments.folder)))


if __name__ == "__main__":
    main()
