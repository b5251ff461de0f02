# SPDX-License-Identifier: Apache-2.0
"""Test cases on disk: one folder each with model.onnx, input_K.pb, output_K.pb, and one list.

A line of cases.txt: name, relative and absolute tolerance, "low" for element types below 8 bits or
of 8-bit floats else "ordinary", operators (comma separated).
"""
import hashlib
import pathlib
import shutil
import sys

import onnx
from onnx import AttributeProto, TensorProto, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
LOW_TYPES = set(range(17, 64))  # from FLOAT8E4M3FN on, in the order the standard grew


def listed_operators():
    """Names in operators.txt."""
    lines = (HERE / "operators.txt").read_text().splitlines()
    return {line.split(":")[0].strip() for line in lines if line and not line.startswith("#")}


def operators_of(graph):
    """Every operator of a graph and of the graphs inside it."""
    found = set()
    for node in graph.node:
        found.add(f"{node.domain}.{node.op_type}" if node.domain else node.op_type)
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                found |= operators_of(attribute.g)
    return found


def element_types(graph):
    """Element types of inputs and outputs; 0 stands for what is no tensor."""
    return {value.type.tensor_type.elem_type for value in [*graph.input, *graph.output]}


def stamp():
    """What generated cases depend on: the packages' versions, the scripts in use, the operators."""
    import numpy
    key = hashlib.sha256(f"{onnx.__version__} {numpy.__version__}".encode())
    scripts = {pathlib.Path(m.__file__).resolve() for m in list(sys.modules.values())
               if getattr(m, "__file__", None) and pathlib.Path(m.__file__).resolve().parent == HERE}
    for file in sorted([*scripts, HERE / "operators.txt"]):
        key.update(file.read_bytes())
    return key.hexdigest()


class CaseFolder:
    """Writes cases below `path`; finish() makes them complete."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.lines = []

    def fresh(self):
        """True when the folder was finished by these very scripts."""
        file = self.path / "stamp"
        return file.exists() and file.read_text() == stamp()

    def clear(self):
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    def add(self, name, model, inputs, outputs, rtol, atol):
        folder = self.path / name
        folder.mkdir()
        (folder / "model.onnx").write_bytes(model.SerializeToString())
        for kind, values in (("input", inputs), ("output", outputs)):
            for i, value in enumerate(values):
                tensor = value if isinstance(value, TensorProto) else numpy_helper.from_array(value)
                (folder / f"{kind}_{i}.pb").write_bytes(tensor.SerializeToString())
        low = "low" if element_types(model.graph) & LOW_TYPES else "ordinary"
        operators = ",".join(sorted(operators_of(model.graph)))
        self.lines.append(f"{name} {rtol} {atol} {low} {operators}\n")

    def finish(self):
        (self.path / "cases.txt").write_text("".join(sorted(self.lines)))
        (self.path / "stamp").write_text(stamp())


