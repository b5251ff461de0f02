# SPDX-License-Identifier: Apache-2.0
"""generate_cases.py FOLDER OPERATOR...: writes ONNX's own node test cases for these operators.

One folder per case: model.onnx, input_K.pb, output_K.pb. Left out is only what is named here.
"""
import pathlib
import sys

import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases

# Element types Paretune does not hold.
UNSUPPORTED_TYPES = {
    TensorProto.UNDEFINED,  # sequences and optionals
    TensorProto.STRING, TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E4M3FNUZ,
    TensorProto.FLOAT8E5M2, TensorProto.FLOAT8E5M2FNUZ, TensorProto.UINT4, TensorProto.INT4,
    TensorProto.FLOAT4E2M1, *range(24, 64),
}
SKIPPED = {
    # One or three spatial dimensions.
    "test_averagepool_1d_default", "test_averagepool_3d_default",
    "test_averagepool_3d_dilations_small",
    "test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_True",
    "test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_False",
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True",
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_False",
    "test_maxpool_1d_default", "test_maxpool_3d_default", "test_maxpool_3d_dilations",
    "test_maxpool_3d_dilations_use_ref_impl", "test_maxpool_3d_dilations_use_ref_impl_large",
    # Training.
    "test_batchnorm_example_training_mode", "test_batchnorm_epsilon_training_mode",
    "test_training_dropout_default", "test_training_dropout_default_mask",
    "test_training_dropout", "test_training_dropout_mask", "test_training_dropout_zero_ratio",
    "test_training_dropout_zero_ratio_mask",
    # Blocked quantization.
    "test_dequantizelinear_blocked", "test_quantizelinear_blocked_asymmetric",
    "test_quantizelinear_blocked_symmetric",
}


def types_of(model):
    values = [*model.graph.input, *model.graph.output]
    return {value.type.tensor_type.elem_type for value in values}


def proto(value):
    return value if isinstance(value, TensorProto) else numpy_helper.from_array(value)


folder, operators = pathlib.Path(sys.argv[1]), set(sys.argv[2:])
for case in collect_testcases(None):
    used = {node.op_type for node in case.model.graph.node}
    if not used <= operators or case.name in SKIPPED:
        continue
    if types_of(case.model) & UNSUPPORTED_TYPES:
        continue
    target = folder / case.name
    target.mkdir(exist_ok=True)
    onnx.save(case.model, str(target / "model.onnx"))
    inputs, outputs = case.data_sets[0]
    for kind, values in (("input", inputs), ("output", outputs)):
        for i, value in enumerate(values):
            (target / f"{kind}_{i}.pb").write_bytes(proto(value).SerializeToString())
