# SPDX-License-Identifier: Apache-2.0
"""onnx_cases.py FOLDER: writes ONNX's own backend cases that are made of listed operators.

Numeric tensors only: no strings, sequences or optionals. versions.txt says which versions of each
operator the standard has. Does nothing when the folder is complete.
"""
import importlib
import multiprocessing
import pkgutil
import sys

import onnx
from onnx import TensorProto
from onnx.backend.test.case import base, model, node

from case_folder import CaseFolder, element_types, listed_operators, operators_of

NO_NUMBERS = {TensorProto.UNDEFINED, TensorProto.STRING}
WORKERS = 2
# Modules that take seconds and hold nothing but cases of an operator that is not listed.
LEFT_OUT = {"lppool"}


def wanted(case, operators):
    return (case.model is not None and operators_of(case.model.graph) <= operators and
            not case.model.functions and not element_types(case.model.graph) & NO_NUMBERS)



def write(folder, cases, operators):
    for case in cases:
        if wanted(case, operators):
            inputs, outputs = case.data_sets[0]
            folder.add(case.name, case.model, inputs, outputs, case.rtol, case.atol)
    return folder.lines


def node_cases(path, modules):
    """Writes the cases of some of ONNX's modules (each makes its cases when imported)."""
    # The text of each function is collected for ONNX's documentation; looking it up is slow.
    base.process_snippet = lambda op_name, name, export: ("", "")
    for module in modules:
        importlib.import_module(f"{node.__name__}.{module}")
    return write(CaseFolder(path), node._NodeTestCases, listed_operators())


def versions():
    """Clip: 7 11 12 13: what operator set 7 means by the name, and what came later."""
    oldest = 7
    since = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and schema.name in listed_operators():
            since.setdefault(schema.name, set()).add(schema.since_version)
    for name, found in sorted(since.items()):
        first = max([v for v in found if v <= oldest], default=0)
        kept = sorted(v for v in found if v >= first)
        yield f"{name}: {' '.join(map(str, kept))}\n"


def main():
    folder = CaseFolder(sys.argv[1])
    if folder.fresh():
        return
    folder.clear()
    names = sorted({module.name for module in pkgutil.iter_modules(node.__path__)} - LEFT_OUT)
    # The pooling modules take longest: one worker begins with each.
    names.sort(key=lambda name: "pool" not in name)
    with multiprocessing.Pool(WORKERS) as pool:
        parts = [names[i::WORKERS] for i in range(WORKERS)]
        for lines in pool.starmap(node_cases, [(folder.path, part) for part in parts]):
            folder.lines += lines
    write(folder, model.collect_testcases(), listed_operators())
    (folder.path / "versions.txt").write_text("".join(versions()))
    folder.finish()


if __name__ == "__main__":
    main()
