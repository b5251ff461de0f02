# SPDX-License-Identifier: Apache-2.0
"""malformed.py FOLDER PROGRAM...: gives each model of make_models.py to the program; one wrong exit
code, signal, message of several lines, 2 GiB of memory or 10 s is a failure."""
import concurrent.futures
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

folder, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
SECONDS, KILOBYTES = 10, 2 << 20


def run(name):
    start = time.monotonic()
    child = subprocess.Popen([*command, folder / name], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env={**os.environ, "OMP_NUM_THREADS": "1"})
    try:
        _, stderr = child.communicate(timeout=6 * SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return name, None, "it did not end", 0
    return name, child.returncode, stderr.decode(errors="replace"), time.monotonic() - start


def faults(name, codes, code, stderr, seconds):
    lines = stderr.strip("\n").split("\n")
    if code not in codes:
        yield f"exit code {code}, not {codes}"
    if code and not (len(lines) == 1 and lines[0].startswith("paretune: ") and len(lines[0]) < 4000):
        yield "its message is no single sentence"
    if seconds > SECONDS:
        yield f"{seconds:.1f} s"


expected = json.loads((folder / "models.json").read_text())
failed = 0
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for name, code, stderr, seconds in pool.map(run, expected):
        for fault in faults(name, expected[name], code, stderr, seconds):
            failed += 1
            print(f"{name}: {fault}\n{stderr[-3000:]}")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if peak >= KILOBYTES:
    failed += 1
    print("one of them used 2 GiB or more")
print(f"{len(expected)} models, {failed} faults, most memory {peak >> 10} MiB")
sys.exit(failed > 0)
