# SPDX-License-Identifier: Apache-2.0
"""run_nets.py FOLDER FILE: runs each FOLDER/<net>/FILE on its cases, FOLDER/<net>/<case>/input_K.pb,
by ONNX Runtime; writes output_K.pb beside them."""
import pathlib
import sys

import onnx
import onnxruntime
from onnx import numpy_helper


def run(model, cases):
    """Outputs of `model` for every folder in `cases` with its inputs in graph order."""
    options = onnxruntime.SessionOptions()
    # As the file says: optimizations may fuse quantized operators into others that round otherwise.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    for case in cases:
        feeds = {}
        for k, info in enumerate(session.get_inputs()):
            proto = onnx.TensorProto.FromString((case / f"input_{k}.pb").read_bytes())
            feeds[info.name] = numpy_helper.to_array(proto)
        for k, array in enumerate(session.run(None, feeds)):
            (case / f"output_{k}.pb").write_bytes(
                numpy_helper.from_array(array).SerializeToString())


def cases_of(folder):
    return sorted(case for case in folder.iterdir() if case.is_dir())


if __name__ == "__main__":
    for net in cases_of(pathlib.Path(sys.argv[1])):
        if (net / sys.argv[2]).exists():
            run(net / sys.argv[2], cases_of(net))
