# SPDX-License-Identifier: Apache-2.0
"""Copies of a database with bytes flipped, pages shuffled, ends missing: see hostile.py."""

import random
import shutil
import sqlite3

PAGE = 4096


def flip(data, rng, places):
    for place in places:
        data[place % len(data)] ^= rng.randrange(1, 256)


def flipped_anywhere(data, rng):
    flip(data, rng, [rng.randrange(len(data)) for _ in range(rng.choice([1, 4, 16, 64]))])


def flipped_header(data, rng):
    flip(data, rng, [rng.randrange(16, 100) for _ in range(rng.choice([1, 2, 8]))])


def flipped_page_heads(data, rng):
    """The first bytes of a page say what it is and where its cells are."""
    for _ in range(rng.choice([1, 3, 10])):
        page = rng.randrange(len(data) // PAGE)
        head = 100 if page == 0 else page * PAGE
        flip(data, rng, [head + rng.randrange(12), head + rng.randrange(64)])


def flipped_schema(data, rng):
    flip(data, rng, [rng.randrange(100, 4 * PAGE) for _ in range(rng.choice([1, 5, 25]))])


def truncated(data, rng):
    del data[rng.randrange(len(data)):]


def shuffled_pages(data, rng):
    for _ in range(rng.choice([1, 2, 6])):
        a, b = (PAGE * rng.randrange(1, len(data) // PAGE) for _ in range(2))
        data[a : a + PAGE], data[b : b + PAGE] = data[b : b + PAGE], data[a : a + PAGE]


def zeroed(data, rng):
    start = rng.randrange(len(data))
    end = min(len(data), start + rng.choice([8, 512, PAGE, 5 * PAGE]))
    data[start:end] = bytes(end - start)


def overwritten(data, rng):
    size = rng.choice([16, 256, PAGE])
    source, target = rng.randrange(len(data) - size), rng.randrange(len(data) - size)
    data[target : target + size] = data[source : source + size]


DAMAGES = [flipped_anywhere, flipped_header, flipped_page_heads, flipped_schema, truncated,
           shuffled_pages, zeroed, overwritten]


def unfinished(golden, folder):
    """The bytes of a database and of the log a killed writer left."""
    file = folder / "unfinished.db"
    shutil.copy(golden, file)
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    for _ in range(3):
        database.execute("UPDATE session SET planned = planned + 1")
        database.execute("INSERT INTO evaluation (session_id, candidate_id, attempt, block, "
                         "restart, outcome, seconds, recorded, payload) "
                         "SELECT session_id, candidate_id, attempt + 1, block, restart, outcome, "
                         "seconds, recorded, '' FROM evaluation")
        database.commit()
    log = file.with_name(file.name + "-wal")
    result = file.read_bytes(), log.read_bytes()
    database.close()
    for name in folder.glob("unfinished.db*"):
        name.unlink()
    return result


def damaged(golden, folder, count, seed):
    sound = golden.read_bytes()
    with_log = unfinished(golden, folder)
    names = []
    for index in range(count):
        rng = random.Random(f"{seed}/{index}")
        file = folder / f"damaged-{index:03}.db"
        damage = DAMAGES[index % len(DAMAGES)]
        if index // len(DAMAGES) % 3 == 2:
            data, log = (bytearray(part) for part in with_log)
            damage(log if index % 2 == 0 else data, rng)
            file.with_name(file.name + "-wal").write_bytes(log)
        else:
            data = bytearray(sound)
            damage(data, rng)
        file.write_bytes(data)
        names.append(file.name)
    return names
