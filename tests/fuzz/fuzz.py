# SPDX-License-Identifier: Apache-2.0
"""fuzz.py PROGRAM FOLDER SECONDS: runs a libFuzzer target from the models of make_models.py. What
crashes it is kept beside the program."""
import pathlib
import subprocess
import sys
import tempfile

program, models, seconds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
crashes = program.parent / "crashes"
crashes.mkdir(exist_ok=True)
with tempfile.TemporaryDirectory() as corpus:
    seeds = pathlib.Path(corpus) / "seeds"
    seeds.mkdir()
    for file in models.glob("*.onnx"):
        data = file.read_bytes()
        if len(data) <= 4096:
            (seeds / file.stem).write_bytes(data)
    new = pathlib.Path(corpus) / "new"
    new.mkdir()
    done = subprocess.run(
        [program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
         "-max_len=4096", "-print_final_stats=1", f"-artifact_prefix={crashes}/{program.name}-",
         new, seeds], stderr=subprocess.STDOUT)
sys.exit(done.returncode)
