# SPDX-License-Identifier: Apache-2.0
"""run_onnxruntime.py MODEL FOLDER: runs MODEL on each FOLDER/input_K.pb, writes output_K.pb."""
import pathlib
import sys

import onnx
import onnxruntime
from onnx import numpy_helper

model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
for file in sorted(folder.glob("input_*.pb")):
    proto = onnx.TensorProto()
    proto.ParseFromString(file.read_bytes())
    (output,) = session.run(None, {name: numpy_helper.to_array(proto)})
    target = folder / file.name.replace("input_", "output_")
    target.write_bytes(numpy_helper.from_array(output, "output").SerializeToString())
