# SPDX-License-Identifier: Apache-2.0
"""The tree under test: where it is and which files belong to it."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(root=ROOT):
    """Paths (relative, with /) of all files that are tracked, or new and not ignored."""
    if (root / ".git").exists():
        command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached",
                   "--others", "--exclude-standard"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        listed = [name for name in names.split("\0") if name]
    else:
        listed = [str(path.relative_to(root)) for path in root.rglob("*")
                  if not path.relative_to(root).parts[0] in ("build", ".deps", "demo")]
    return sorted(name for name in listed if (root / name).is_file())


def text(name, root=ROOT):
    return (root / name).read_text(encoding="utf-8")
