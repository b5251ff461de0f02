# SPDX-License-Identifier: Apache-2.0
"""make_faults.py FOLDER: writes good.onnx and copies of it with one thing wrong each."""
import copy
import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])


def value(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


weight = numpy_helper.from_array(np.ones((2, 3), np.float32), "w")
good = helper.make_model(
    helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["s"], name="sum"),
         helper.make_node("Relu", ["s"], ["y"], name="relu")],
        "good", [value("x", 2, 3)], [value("y", 2, 3)], [weight]),
    opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def save(name, change):
    model = copy.deepcopy(good)
    change(model, model.graph, model.graph.initializer[0])
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString())


def set_dims(tensor, *dims):
    del tensor.dims[:]
    tensor.dims.extend(dims)


def external(model, graph, tensor):
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")


save("good", lambda m, g, t: None)
save("size", lambda m, g, t: setattr(t, "raw_data", t.raw_data[:-4]))
save("negative", lambda m, g, t: set_dims(t, -2, 3))
save("overflow", lambda m, g, t: set_dims(t, 1 << 40, 1 << 40))
save("huge", lambda m, g, t: set_dims(t, 1 << 50))
save("external", external)
save("string", lambda m, g, t: setattr(t, "data_type", TensorProto.STRING))
save("twice", lambda m, g, t: g.initializer.append(t))
save("missing", lambda m, g, t: g.node[0].input.__setitem__(1, "nowhere"))
save("cycle", lambda m, g, t: g.node[0].input.__setitem__(0, "y"))
save("double", lambda m, g, t: g.node[1].output.__setitem__(0, "s"))
save("old", lambda m, g, t: setattr(m.opset_import[0], "version", 6))
save("no_output", lambda m, g, t: g.output.pop())
save("sparse", lambda m, g, t: g.sparse_initializer.add())
save("input_shape", lambda m, g, t: g.input[0].type.tensor_type.ClearField("shape"))
