# SPDX-License-Identifier: Apache-2.0
"""make_models.py FOLDER: writes small.onnx, a seeded model for the passes to work on."""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(7)
weights = []


def constant(name, *shape, low=None):
    values = rng.normal(size=shape) if low is None else rng.uniform(low, low + 1, size=shape)
    weights.append(numpy_helper.from_array(values.astype(np.float32), name))
    return name


def norm(prefix, data, out, channels):
    names = [constant(f"{prefix}_{n}", channels) for n in ("scale", "bias", "mean")]
    names.append(constant(f"{prefix}_var", channels, low=0.5))
    return helper.make_node("BatchNormalization", [data, *names], [out], name=prefix)


nodes = [
    helper.make_node("Conv", ["x", constant("w1", 8, 3, 3, 3)], ["c1"], name="conv1",
                     pads=[1, 1, 1, 1]),
    norm("bn1", "c1", "b1", 8),
    helper.make_node("Relu", ["b1"], ["r1"]),
    helper.make_node("MaxPool", ["r1"], ["p1"], kernel_shape=[3, 3], strides=[2, 2],
                     ceil_mode=1, name="pool"),
    helper.make_node("Conv", ["p1", constant("w2", 8, 4, 3, 3), constant("bias2", 8)], ["c2"],
                     auto_pad="SAME_UPPER", group=2, name="conv2"),
    norm("bn2", "c2", "b2", 8),
    helper.make_node("Identity", ["b2"], ["i2"], name="identity"),
    helper.make_node("Conv", ["p1", constant("w3", 8, 8, 1, 1)], ["c3"], name="shortcut"),
    helper.make_node("Add", ["i2", "c3"], ["a2"], name="add"),
    helper.make_node("Relu", ["a2"], ["r2"], name="relu2"),
    helper.make_node("Dropout", ["r2"], ["d2"], name="dropout"),
    helper.make_node("GlobalAveragePool", ["d2"], ["g"], name="gap"),
    helper.make_node("Constant", [], ["shape"], value=numpy_helper.from_array(
        np.array([0, -1], np.int64), "")),
    helper.make_node("Reshape", ["g", "shape"], ["f"], name="reshape"),
    helper.make_node("Gemm", ["f", constant("w4", 8, 5), constant("bias4", 1, 5)], ["y0"],
                     alpha=0.5, beta=2.0, name="gemm"),
    helper.make_node("Identity", ["y0"], ["y"], name="last"),
]
graph = helper.make_graph(
    nodes, "small",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 14, 14])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, str(pathlib.Path(sys.argv[1]) / "small.onnx"))
