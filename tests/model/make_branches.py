# SPDX-License-Identifier: Apache-2.0
"""make_branches.py FOLDER: models with If. known.onnx and unknown.onnx differ only in whether the
outer condition is a constant or follows from the input."""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])


def value(name, *shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


# x, w and s are captured; the inner If captures from both graphs around it; "local" and "t" exist
# in several branches, "s" of the else branch's sibling is a capture here and a name there.
inner_then = helper.make_graph([helper.make_node("Add", ["local", "x"], ["t"])], "inner_then", [],
                               [value("t", 2, 3)])
inner_else = helper.make_graph([helper.make_node("Mul", ["local", "w"], ["t"])], "inner_else", [],
                               [value("t", 2, 3)])
then_branch = helper.make_graph(
    [helper.make_node("Mul", ["s", "two"], ["local"]),
     helper.make_node("If", ["flag"], ["u"], name="inner", then_branch=inner_then,
                      else_branch=inner_else)],
    "then", [], [value("u", 2, 3)], [constant("two", np.float32(2)), constant("flag", False)])
else_branch = helper.make_graph(
    [helper.make_node("Relu", ["x"], ["local"]), helper.make_node("Relu", ["local"], ["v"])],
    "else", [], [value("v", 2, 3)])


def save(name, nodes, weights):
    graph = helper.make_graph(
        [*nodes,
         helper.make_node("Add", ["x", "w"], ["s"], name="sum"),
         helper.make_node("If", ["condition"], ["r"], name="outer", then_branch=then_branch,
                          else_branch=else_branch),
         helper.make_node("Add", ["r", "s"], ["y"], name="last")],
        name, [value("x", 2, 3)], [value("y", 2, 3)],
        [constant("w", np.arange(6, dtype=np.float32).reshape(2, 3) - 2), *weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / f"{name}.onnx")


save("known", [], [constant("condition", True)])
save("unknown",
     [helper.make_node("ReduceSum", ["x"], ["total"], keepdims=0),
      helper.make_node("Cast", ["total"], ["condition"], to=TensorProto.BOOL)], [])
