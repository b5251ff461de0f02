# SPDX-License-Identifier: Apache-2.0
"""Studies that try to smuggle in flags, paths, commands or too much of anything: refused, in one sentence."""
import gzip
import io
import os
import resource
import struct
import time
import zipfile

import numpy

import program

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi"))
COMMAND = "touch canary"

# What of the small study becomes what; the place and a word that the refusal must hold.
REPLACED = {
    "flag as device": ("devices: [cpu]", 'devices: ["-I/tmp"]', "study.yaml:1", "devices"),
    "command as device": ("devices: [cpu]", f'devices: ["cpu;{COMMAND}"]', "study.yaml:1", "devices"),
    "substitution as device": ("devices: [cpu]", f'devices: ["$({COMMAND})"]', "study.yaml:1", "devices"),
    "line break in a device": ("devices: [cpu]", f'devices: ["cpu\\n{COMMAND}"]', "study.yaml:1", "control"),
    "device with a huge number": ("devices: [cpu]", 'devices: ["opencl:99999999999999999999"]', "study.yaml:1", "devices"),
    "negative device": ("devices: [cpu]", 'devices: ["opencl:-1"]', "study.yaml:1", "devices"),
    "path as device": ("devices: [cpu]", "devices: [../../lib/evil.so]", "study.yaml:1", "devices"),
    "response file as device": ("devices: [cpu]", 'devices: ["@flags"]', "study.yaml:1", "devices"),
    "path as scheme": ("schemes: [fp32, int8_channel]", "schemes: [../int8]", "study.yaml:1", "schemes"),
    "flag as scheme": ("schemes: [fp32, int8_channel]", 'schemes: ["-DX=1"]', "study.yaml:1", "schemes"),
    "scheme with a slash": ("schemes: [fp32, int8_channel]", "schemes: [fp32/evil]", "study.yaml:1", "schemes"),
    "unknown scheme": ("schemes: [fp32, int8_channel]", "schemes: [fp32, evil]", "study.yaml:1", "unknown scheme"),
    "flag as study": ("study: cli", "study: -rf", "study.yaml:1", "study"),
    "path as study": ("study: cli", "study: ../../etc/cron.d/x", "study.yaml:1", "study"),
    "dots as study": ("study: cli", "study: ..", "study.yaml:1", "study"),
    "formula as study": ("study: cli", 'study: "=cmd|x!A0"', "study.yaml:1", "study"),
    "escape in the study": ("study: cli", 'study: "a\\e]0;owned\\a"', "study.yaml:1", "control"),
    "markup as study": ("study: cli", 'study: "<img src=x onerror=alert(1)>"', "study.yaml:1", "study"),
    "long study": ("study: cli", f"study: {'a' * 4000}", "study.yaml:1", "study"),
    "endless study": ("study: cli", f"study: {'a' * 200000}", "study.yaml:1", "characters"),
    "include path of kernels": ("trials: 1", "trials: 1, include_path: /tmp", "study.yaml:1", "include_path"),
    "options of kernels": ("trials: 1", 'trials: 1, options: "-I /tmp"', "study.yaml:1", "options"),
    "source of kernels": ("trials: 1", "trials: 1, source: /tmp/evil.cl", "study.yaml:1", "source"),
    "knobs by path": ("trials: 1", "trials: 1, knobs: {file: ../knobs.json}", "study.yaml:1", "knobs"),
    "flag as trials": ("trials: 1", 'trials: "1 -I/tmp"', "study.yaml:1", "integer"),
    "huge trials": ("trials: 1", "trials: 99999999999999999999", "study.yaml:1", "trials"),
    "more trials than an int holds": ("trials: 1", "trials: 4294967297", "study.yaml:1", "trials"),
    "path as strategy": ("candidates: 4", "candidates: 4, strategy: ./evil.so", "study.yaml:1", "strategy"),
    "candidates beyond an int": ("candidates: 4", "candidates: 1e300", "study.yaml:1", "candidates"),
    "endless measuring": ("seconds: 0.001", "seconds: .inf", "study.yaml:1", "seconds"),
    "infinite measuring": ("seconds: 0.001", "seconds: inf", "study.yaml:1", "seconds"),
    "no number": ("scale: 0.00392156862745098", "scale: nan", "study.yaml:", "scale"),
    "too many threads": ("min_samples: 3", "threads: [1000000000], min_samples: 3", "study.yaml:1", "threads"),
    "object tag": ("study: cli", f'study: !!python/object/apply:os.system ["{COMMAND}"]', "study.yaml:1", "tag"),
    "private tag": ("trials: 1", "trials: !include 1", "study.yaml:1", "tag"),
    "merge key": ("trials: 1", "<<: {trials: 1}", "study.yaml:1", "<<"),
    "alias of itself": ("devices: [cpu]", "devices: &a [*a]", "study.yaml:1", ""),
    "key twice": ("study: cli", "study: cli\nstudy: dli", "study.yaml:2", "twice"),
    "list as key": ("study: cli", "study: cli\n? [a, b]\n: c", "study.yaml:2", "key"),
    "laughs": ("study: cli", "study: cli\n" + LAUGHS, "study.yaml:", "values"),
    "deep": ("study: cli", "study: cli\ndeep: " + "[" * 100000 + "]" * 100000, "study.yaml:", ""),
    "deeper than we read": ("study: cli", "study: cli\ndeep: " + "[" * 300 + "]" * 300, "study.yaml:", "deep"),
    "source named by a path": ("    train: {", "    ../train: {", "study.yaml:5", "../train"),
    "pattern that matches nothing": ("devices: [cpu]", f'devices: [cpu]\nlayers: [{{match: "{"*a" * 40}b"}}]', "study.yaml:1", "no layer"),
    "pattern with a command": ("devices: [cpu]", f'devices: [cpu]\nlayers: [{{match: "`{COMMAND}`"}}]', "study.yaml:1", "no layer"),
    "objective of a view": ("search:", "objectives: [\"latency) FROM x; --\"]\nsearch:", "study.yaml:1", "objectives"),
    "constraint with SQL": ("search:", "constraints: [\"memory <= 2; DROP TABLE study\"]\nsearch:", "study.yaml:1", "unit"),
    "command that makes the model": (f"file: {program.MODEL}", f'file: gone.onnx, get: "{COMMAND}"', "study.yaml:2", COMMAND),
    "command as model": (f"file: {program.MODEL}", f'file: "| {COMMAND}"', "study.yaml:2", "does not exist"),
    "device as model": (f"file: {program.MODEL}", "file: /dev/zero", "study.yaml:2", "/dev/zero"),
    "substitution as model": (f"file: {program.MODEL}", f'file: "$({COMMAND}).onnx"', "study.yaml:2", "does not exist"),
    "flag as dimension": (f"file: {program.MODEL}", f'file: {program.MODEL}, dims: {{batch: "-1"}}', "study.yaml:2", "batch"),
    "dimension beyond memory": (f"file: {program.MODEL}", f"file: {program.MODEL}, dims: {{batch: 9223372036854775807}}", "study.yaml:2", "batch"),
}


def idx(shape, data=b""):
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape) + data


def npy(shape, size=0, descr="|u1"):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + bytes(size)


class InjectionTest(program.ProgramTest):
    def refused(self, study, *parts):
        begin = time.monotonic()
        result = self.run_program("sweep", study, "--db", self.folder / "results.db", timeout=60)
        self.assertLess(time.monotonic() - begin, 30)
        self.assert_refused(result, 2, *parts)
        self.assertNotRegex(result.stderr.replace("\n", ""), "[\x00-\x1f\x7f]")
        self.assertFalse((self.folder / "canary").exists(), "something was run")
        self.assert_no_orphan()

    def test_studies(self):
        self.assertGreaterEqual(len(REPLACED), 50)
        for name, (old, new, *parts) in REPLACED.items():
            with self.subTest(name):
                self.refused(self.write_study(replace=[(old, new)]), *parts)

    def test_files_that_are_no_study(self):
        os.mkfifo(self.folder / "pipe.yaml")
        (self.folder / "bytes.yaml").write_bytes(b"study: \xff\xfe\nmodel: \0\n")
        (self.folder / "long.yaml").write_text("# comment\n" * 100000)
        for name in ("/dev/zero", "pipe.yaml", "bytes.yaml", "long.yaml", self.folder):
            with self.subTest(str(name)):
                self.refused(name, str(name))

    def test_data_that_lies(self):
        zeros = gzip.compress(bytes(1 << 20))
        files = {
            "wrong.idx": idx((10, 28, 28), bytes(100)),
            "huge.idx": idx((0xFFFFFFFF, 0xFFFF, 0xFFFF)),
            "large.idx": idx((3000000, 28, 28)),
            "rank.idx": struct.pack(">HBB", 0, 8, 255) + b"\xff" * 1020,
            "zeros.gz": zeros,
            "empty.gz": b"",
        }
        for name, data in files.items():
            with self.subTest(name):
                (self.folder / name).write_bytes(data)
                self.refused(self.write_study(test=self.folder / name), name)

    def archive(self, name, entries, compression=zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(self.folder / name, "w", compression) as file:
            for entry, data in entries.items():
                file.writestr(entry, data)

    def test_archives_that_lie(self):
        images = npy("(4, 1, 28, 28)", 4 * 784)
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file, file.open("image.npy", "w", force_zip64=True) as entry:
            entry.write(npy("(4, 1, 28, 28)"))
            for _ in range(1 << 10):
                entry.write(bytes(1 << 20))
        self.archive("traversal.npz", {"../../image.npy": images, "/etc/label.npy": npy("(4,)", 4)})
        self.archive("overflow.npz", {"image.npy": npy("(4294967296, 4294967296, 4)"), "label.npy": npy("(4,)", 4)})
        self.archive("negative.npz", {"image.npy": npy("(-4, -784)", 3136), "label.npy": npy("(4,)", 4)})
        self.archive("object.npz", {"image.npy": npy("(4,)", 32, "|O"), "label.npy": npy("(4,)", 4)})
        (self.folder / "bomb.npz").write_bytes(bomb.getvalue())
        (self.folder / "cut.npz").write_bytes(bomb.getvalue()[:50000])
        old = "format: idx, images: {}, labels: {}".format(*(program.IMAGES / f"t10k-{what}-ubyte.gz"
                                                             for what in ("images-idx3", "labels-idx1")))
        name = program.onnx_input(program.MODEL)
        for file in sorted(self.folder.glob("*.npz")):
            with self.subTest(file.name):
                new = f"format: npz, file: {file}, inputs: {{{name}: image}}, label: label"
                self.refused(self.write_study(replace=[(old, new)]), file.name)
        self.assertEqual(numpy.load(self.folder / "traversal.npz").files, ["../../image", "/etc/label"])

    @classmethod
    def tearDownClass(cls):
        # Of the programs and all their workers, the largest, in KiB.
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"{len(REPLACED)} studies refused; the largest process had {largest / 1024:.0f} MiB")
        assert largest < 1 << 20, largest


if __name__ == "__main__":
    program.main()
