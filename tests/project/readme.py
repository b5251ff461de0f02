# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of a Markdown document, as a reader would, in a folder of their own.

Every line of a ```sh block is a command (a trailing \\ continues it). Those that start with ./dev are
not run: their verb must exist. Comments in the document, which a reader does not see, steer the rest:

    <!-- test: run COMMAND -->   runs COMMAND first: what the reader has and the folder has not
    <!-- test: file NAME -->     the next block, of any language, is written to NAME
    <!-- test: skip REASON -->   the next block is not run
"""
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import tree

DIRECTIVE = re.compile(r"^\s*<!-- test: (run|file|skip) (.*?) -->\s*$")
FENCE = re.compile(r"^\s*```(\w*)\s*$")
TIMEOUT_SECONDS = 120


@dataclasses.dataclass
class Step:
    kind: str  # "run", "file" (text holds the content) or "skip"
    line: int
    text: str
    name: str = ""


def steps(document):
    """The document's steps in order."""
    found, mark, block, language, began = [], None, None, "", 0
    for number, line in enumerate(document.splitlines(), 1):
        fence, directive = FENCE.match(line), DIRECTIVE.match(line)
        if block is None and directive:
            if directive[1] == "run":
                found.append(Step("run", number, directive[2]))
            else:
                mark = directive
        elif block is None and fence:
            block, language, began = [], fence[1], number
        elif block is not None and fence:
            found += block_steps(block, language, began, mark)
            block = mark = None
        elif block is not None:
            block.append(line)
    return found


def block_steps(block, language, began, mark):
    indent = min((len(line) - len(line.lstrip()) for line in block if line.strip()), default=0)
    block = [line[indent:] for line in block]
    if mark and mark[1] == "file":
        return [Step("file", began, "\n".join(block) + "\n", mark[2])]
    if mark:
        return [Step("skip", began, mark[2])]
    if language != "sh":
        return []
    found, command = [], ""
    for offset, line in enumerate(block, 1):
        command += line.rstrip()
        if command.endswith("\\"):
            command = command[:-1]
            continue
        if command and not command.startswith("#"):
            found.append(Step("run", began + offset, command))
        command = ""
    return found


def dev_verbs():
    usage = subprocess.run([tree.ROOT / "dev"], check=True, capture_output=True, text=True).stdout
    return re.findall(r"^  (\w+) ", usage, re.MULTILINE)


def problem_of(step, folder, environment):
    """None, or why this step failed."""
    if step.kind == "skip":
        return None
    if step.kind == "file":
        pathlib.Path(folder, step.name).write_text(step.text)
        return None
    if step.text.startswith("./dev"):
        verb = step.text.split()[1:2]
        return None if not verb or verb[0] in dev_verbs() else f"{step.text}: no such verb"
    result = subprocess.run(["bash", "-c", step.text], cwd=folder, env=environment,
                            stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=TIMEOUT_SECONDS)
    if result.returncode == 0:
        return None
    return f"{step.text}: exit {result.returncode}\n{result.stdout}{result.stderr}"


def run(document, binaries):
    """Runs all steps with `binaries` on the PATH and as build/release/bin; problems by line."""
    environment = dict(os.environ, PATH=f"{binaries}:{os.environ['PATH']}", PYTHON=sys.executable,
                       QT_QPA_PLATFORM="offscreen", NO_COLOR="1")
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(tree.ROOT / "configs", pathlib.Path(folder, "configs"))
        pathlib.Path(folder, "build/release").mkdir(parents=True)
        pathlib.Path(folder, "build/release/bin").symlink_to(binaries)
        for step in steps(document):
            problem = problem_of(step, folder, environment)
            if problem:
                problems.append(f"line {step.line}: {problem}")
    return problems
