# SPDX-License-Identifier: Apache-2.0
"""Disks that fill up, files that may not grow, calls that fail: no recorded result is lost, the program says what
happened in one sentence, the database stays sound, and --resume completes the sweep."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import program
from program import recorded

ROOM = [16, 40, 90, 150, 300] if program.LONG else [90]  # KiB, less than any sweep needs
ROUNDS = 25 if program.LONG else 2


class Counts:
    failed = finished = acknowledged = 0


class DiskTest(program.ProgramTest):
    disk = None  # what mounted() mounted

    def tearDown(self):
        if self.disk is not None:
            subprocess.run(["umount", self.disk], check=True)
        super().tearDown()

    def watched(self, db, *words, **more):
        """Runs a command; returns its exit code, what it said, and what a reader saw recorded meanwhile."""
        with open(self.folder / "stderr", "w+") as said:
            process = subprocess.Popen([*map(str, words)], cwd=self.folder, env=self.environment,
                                       stdout=subprocess.DEVNULL, stderr=said, **more)
            seen = set()
            until = time.monotonic() + 300
            while process.poll() is None and time.monotonic() < until:
                if db.exists() and db.stat().st_size > 0:
                    seen |= recorded(db)
                time.sleep(0.05)
            self.assertIsNotNone(process.poll(), "the program hangs")
            said.seek(0)
            return process.returncode, said.read(), seen

    def check_end(self, code, stderr, what):
        """A sweep that could not go on: no signal, one sentence, and 4 or, before it began, 2."""
        lines = [line for line in stderr.splitlines() if line.startswith("paretune: ")]
        self.assertIn(code, (2, 4), f"{what}: {stderr}")
        self.assertEqual(len(lines), 1, stderr)
        if code == 4:
            self.assertRegex(lines[0], "recorded .* is safe|worker")
        self.assert_no_orphan()

    def fails(self, db, what, *words, **more):
        """Runs what must fail or finish; everything a reader saw stays."""
        before = recorded(db) if db.exists() and db.stat().st_size > 0 else set()
        code, stderr, seen = self.watched(db, *words, **more)
        if code == 0:
            Counts.finished += 1
        else:
            self.check_end(code, stderr, what)
            Counts.failed += 1
        self.assertLessEqual(before | seen, recorded(db) if db.exists() and db.stat().st_size > 0 else set(), what)
        Counts.acknowledged += len(seen - before)
        return code

    def completes(self, study, db):
        self.finish(self.start("sweep", study, "--db", db, "--resume"), 0)
        self.assert_sound(db)

    def mounted(self, *options):
        """A folder with a small file system of its own; unmounted at the end."""
        if os.geteuid() != 0:
            self.skipTest("mounting a small disk needs root")
        folder = self.folder / "disk"
        folder.mkdir()
        mount = subprocess.run(["mount", *map(str, options), folder], capture_output=True, text=True)
        if mount.returncode != 0:
            self.skipTest(f"this machine mounts no small disk: {mount.stderr.strip()}")
        self.disk = folder
        return folder

    def fill(self, disk):
        """Sweeps with a few KiB left and goes on once there is room."""
        study = self.write_study()
        for index, room in enumerate(ROOM):
            with self.subTest(f"{room} KiB"):
                db = disk / f"{index}.db"
                ballast = disk / "ballast"
                with open(ballast, "wb") as file:
                    free = os.statvfs(disk)
                    file.write(bytes(max(0, free.f_bavail * free.f_frsize - (room << 10))))
                code = self.fails(db, f"{room} KiB left", program.PROGRAM, "sweep", study, "--db", db)
                self.assertNotEqual(code, 0)
                ballast.unlink()
                self.completes(study, db)
                for file in disk.iterdir():
                    file.unlink() if file.is_file() else None

    def test_full_tmpfs(self):
        self.fill(self.mounted("-t", "tmpfs", "-o", "size=12m", "tmpfs"))

    def test_full_ext4(self):
        image = self.folder / "ext4.img"
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        if shutil.which("mkfs.ext4", path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            self.skipTest("mkfs.ext4 is not installed")
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True,
                       env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
        self.fill(self.mounted("-o", "loop", image))

    def test_file_size_limit(self):
        study = self.write_study()
        for index, room in enumerate(ROOM):
            with self.subTest(f"{room} KiB"):
                db = self.folder / f"{index}.db"

                def limit():
                    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
                    resource.setrlimit(resource.RLIMIT_FSIZE, (room << 10, resource.RLIM_INFINITY))

                code = self.fails(db, f"files of {room} KiB", program.PROGRAM, "sweep", study, "--db", db,
                                  preexec_fn=limit)
                self.assertNotEqual(code, 0)
                self.completes(study, db)

    def injected(self, point, probability):
        if shutil.which("fiu-run") is None:
            self.skipTest("fiu-run (Debian package fiu-utils) is not installed")
        study = self.write_study()
        db = self.folder / "results.db"
        codes = []
        for _ in range(ROUNDS):
            if codes and codes[-1] == 0:
                for file in self.folder.glob("results.db*"):
                    file.unlink()
            fault = f"enable_random name={point},probability={probability}"
            codes.append(self.fails(db, point, "fiu-run", "-x", "-c", fault, program.PROGRAM, "sweep", study,
                                    "--db", db, "--resume"))
        self.completes(study, db)
        self.assertTrue(any(codes), "no fault was injected: these rounds show nothing")

    def test_failing_writes(self):
        self.injected("posix/io/rw/pwrite", 0.005)

    def test_failing_flushes(self):
        self.injected("posix/io/sync/fdatasync", 0.03)

    @unittest.skipUnless(program.LONG, "./dev test --long runs it")
    def test_failing_reads(self):
        self.injected("posix/io/rw/pread", 0.01)

    @unittest.skipUnless(program.LONG, "./dev test --long runs it")
    def test_failing_opens(self):
        self.injected("posix/io/oc/open", 0.01)

    @classmethod
    def tearDownClass(cls):
        print(f"{Counts.failed} sweeps failed and were completed, {Counts.finished} met no fault, "
              f"{Counts.acknowledged} acknowledged results, 0 lost")


if __name__ == "__main__":
    program.main()
