# SPDX-License-Identifier: Apache-2.0
"""random_cases.py FOLDER: seeded random cases of every listed operator.

The outputs are onnx.reference's; ONNX Runtime's where BY_ONNXRUNTIME says why, and for operators of
old operator sets, which onnx.reference partly reads as their newest.
"""
import sys

import numpy as np
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import random_inputs
from case_folder import CaseFolder, listed_operators

CASES_PER_OPERATOR = 5
OLD_CASES_PER_OPERATOR = 3
OPSET, IR = 21, 10

BY_ONNXRUNTIME = {
    "ConvTranspose": "onnx.reference fails with a bias and dilations",
    "GRU": "onnx.reference has no reverse and bidirectional GRU",
    "GatherElements": "onnx.reference wants equal sizes beside the axis",
    "GlobalMaxPool": "onnx.reference is right for four dimensions only",
    "LSTM": "onnx.reference has no reverse and bidirectional LSTM",
    "MaxPool": "onnx.reference counts the outputs of ceil_mode otherwise than its own shape rule",
    "Pad": "onnx.reference has no negative pads",
    "RNN": "onnx.reference has no bidirectional RNN",
    "Shape": "onnx.reference counts a negative end from the back twice",
}


def value_info(name, array):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype),
                                         array.shape)


def graph_of(name, op, sample, constants):
    """One node; the inputs numbered in `constants` become initializers."""
    names = ["" if value is None else f"x{i}" for i, value in enumerate(sample.inputs)]
    outputs = [f"y{i}" for i in range(sample.outputs)]
    node = helper.make_node(op, names, outputs, **sample.attributes)
    given = [(i, value) for i, value in enumerate(sample.inputs) if value is not None]
    return helper.make_graph(
        [node], name, [value_info(names[i], v) for i, v in given if i not in constants],
        [helper.make_empty_tensor_value_info(output) for output in outputs],
        [numpy_helper.from_array(v, names[i]) for i, v in given if i in constants])


def by_reference(model, feeds):
    return ReferenceEvaluator(model).run(None, feeds)


def by_onnxruntime(model, feeds):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, feeds)


def add_case(folder, op, number, old=False):
    rng = np.random.default_rng([number, old, *op.encode()])
    sample = random_inputs.sample(op, rng, old)
    # Half of the cases know their small inputs before run time, as exported models do.
    constants = {i for i, value in enumerate(sample.inputs)
                 if i > 0 and number % 2 and value is not None}
    name = f"random_{'old_' if old else ''}{op.lower()}_{number}"
    graph = graph_of(name, op, sample, constants)
    imports = [helper.make_opsetid("", sample.opset or OPSET)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=IR)
    inputs = {f"x{i}": value for i, value in enumerate(sample.inputs)
              if value is not None and i not in constants}
    run = by_onnxruntime if old or op in BY_ONNXRUNTIME else by_reference
    outputs = [np.asarray(value) for value in run(model, inputs)]
    del model.graph.output[:]
    model.graph.output.extend(value_info(f"y{i}", value) for i, value in enumerate(outputs))
    folder.add(name, model, list(inputs.values()), outputs, sample.rtol, sample.atol)


def main():
    folder = CaseFolder(sys.argv[1])
    if folder.fresh():
        return
    folder.clear()
    operators = sorted(listed_operators())
    cases = [(op, number, False) for op in operators for number in range(CASES_PER_OPERATOR)]
    cases += [(op, number, True) for op in sorted(random_inputs.OLD_SAMPLES)
              for number in range(OLD_CASES_PER_OPERATOR)]
    for op, number, old in cases:
        try:
            add_case(folder, op, number, old)
        except Exception as error:
            sys.exit(f"{op} {number}: {type(error).__name__}: {error}")
    folder.finish()


if __name__ == "__main__":
    main()
