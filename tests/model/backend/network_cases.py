# SPDX-License-Identifier: Apache-2.0
"""network_cases.py FOLDER: random cases of neural network operators, answered by ONNX Runtime.

For what ONNX's own cases and reference leave out: options of recurrent operators, windows over one
to three axes, every combination of Resize's modes. A case that ONNX Runtime refuses is left out.
"""
import itertools
import sys

import numpy
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from case_folder import CaseFolder

RTOL, ATOL = 1e-3, 1e-5
LEAST_CASES = 395


class Writer:
    def __init__(self, path):
        self.folder = CaseFolder(path)
        self.random = numpy.random.default_rng(4)
        self.refused = []

    def values(self, *shape):
        return self.random.normal(size=shape).astype(numpy.float32)

    def add(self, name, op, inputs, outputs=1, opset=21, constants=(), **attributes):
        """inputs: arrays, None for omitted ones; constants: which of them are initializers."""
        names = [f"i{k}" if value is not None else "" for k, value in enumerate(inputs)]
        results = [f"o{k}" if k in range(outputs) else "" for k in range(outputs)]
        node = helper.make_node(op, names, results, **attributes)
        fed = [k for k, v in enumerate(inputs) if v is not None and k not in constants]
        infos = [helper.make_tensor_value_info(
            names[k], helper.np_dtype_to_tensor_dtype(inputs[k].dtype), inputs[k].shape)
            for k in fed]
        graph = helper.make_graph(
            [node], name, infos, [helper.make_empty_tensor_value_info(r) for r in results],
            [numpy_helper.from_array(inputs[k], names[k]) for k in constants])
        model = helper.make_model(graph, ir_version=10,
                                  opset_imports=[helper.make_opsetid("", opset)])
        try:
            model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
            for output in model.graph.output:  # functions are not inferred
                if not output.type.HasField("tensor_type"):
                    output.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.log_severity_level = 4
            options.graph_optimization_level = (
                onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"])
            answers = session.run(None, {names[k]: inputs[k] for k in fed})
        except Exception as error:  # whatever it is, there is no answer to compare with
            self.refused.append(f"{name}: {error}")
            return
        self.folder.add(name, model, [inputs[k] for k in fed], answers, RTOL, ATOL)


def recurrent(writer):
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}
    default = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}
    others = ["Relu", "LeakyRelu", "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus",
              "Affine", "ThresholdedRelu"]
    steps, batch, size, hidden = 5, 3, 4, 6
    directions = ["forward", "reverse", "bidirectional"]
    for op, direction, full in itertools.product(gates, directions, range(6)):
        count = 2 if direction == "bidirectional" else 1
        rows = gates[op] * hidden
        value = lambda *shape: writer.values(*shape) * numpy.float32(0.4)
        inputs = [writer.values(steps, batch, size), value(count, rows, size),
                  value(count, rows, hidden)]
        attributes = {"hidden_size": hidden, "direction": direction}
        if full > 0:
            lengths = numpy.array([5, 2, 4], numpy.int32) if full > 1 else None
            inputs += [value(count, 2 * rows), lengths, value(count, batch, hidden)]
            if op == "LSTM":
                inputs += [value(count, batch, hidden)]
                inputs += [value(count, 3 * hidden)] if full > 1 else []
        if full == 3:
            attributes["clip"] = 0.3
        if full in (4, 5):
            wanted = len(default[op]) * count
            start = (full - 4) * 5
            chosen = [others[(start + k) % len(others)] for k in range(wanted)]
            attributes["activations"] = chosen
            attributes["activation_alpha"] = [0.3 + 0.05 * k for k in range(wanted)]
            attributes["activation_beta"] = [0.2 + 0.05 * k for k in range(wanted)]
        if op == "GRU":
            attributes["linear_before_reset"] = full % 2
        if op == "LSTM" and full == 5:
            attributes["input_forget"] = 1
        writer.add(f"{op.lower()}_{direction}_{full}", op, inputs, 3 if op == "LSTM" else 2,
                   opset=14, **attributes)
    x = writer.values(24, 1, 128)
    weights = [writer.values(1, 512, 128) * numpy.float32(0.1) for _ in range(2)]
    writer.add("lstm_128", "LSTM", [x, *weights, writer.values(1, 1024)], 3, opset=16,
               hidden_size=128)


def windows(writer):
    for axes, seed in itertools.product((1, 2, 3), range(8)):
        random = numpy.random.default_rng(100 * axes + seed)
        draw = lambda low, high: [int(v) for v in random.integers(low, high, axes)]
        attributes = {"strides": draw(1, 4), "dilations": draw(1, 3)}
        kernel = draw(1, 4)
        padding = {"pads": draw(0, 2) + draw(0, 2)}
        if seed == 6:
            padding = {"auto_pad": "SAME_UPPER"}
        if seed == 7:
            padding = {"auto_pad": "SAME_LOWER"}
        if seed > 5:
            attributes["dilations"] = [1] * axes
        group = (1, 2, 4)[seed % 3]
        data = writer.values(2, 4, *draw(7, 10))
        name = f"{axes}d_{seed}"
        writer.add(f"conv_{name}", "Conv", [data, writer.values(8, 4 // group, *kernel),
                                            writer.values(8)], group=group, **attributes, **padding)
        # What auto_pad means for output_padding and strides above the kernel is left open.
        explicit = "pads" in padding
        extra = [s - 1 if explicit else 0 for s in attributes["strides"]]
        if explicit or all(s <= k for s, k in zip(attributes["strides"], kernel)):
            writer.add(f"conv_transpose_{name}", "ConvTranspose",
                       [data, writer.values(4, 6 // min(group, 2), *kernel)],
                       group=min(group, 2), output_padding=extra, **attributes, **padding)
        shared = {"kernel_shape": kernel, **attributes, **padding}
        pads = padding.get("pads", [0])
        if all(p < k for p, k in zip(pads, kernel * 2)):
            for ceil in (0, 1):
                writer.add(f"max_pool_{name}_{ceil}", "MaxPool", [data], 2, ceil_mode=ceil,
                           **shared)
                writer.add(f"average_pool_{name}_{ceil}", "AveragePool", [data], ceil_mode=ceil,
                           count_include_pad=seed % 2, **shared)
            writer.add(f"lp_pool_{name}", "LpPool", [data], p=1 + seed % 3, **shared)
    data = writer.values(1, 2, 5, 6)
    for mode in ("NOTSET", "SAME_UPPER", "SAME_LOWER"):
        writer.add(f"conv_transpose_shape_{mode}", "ConvTranspose",
                   [data, writer.values(2, 3, 3, 3)], strides=[2, 3], auto_pad=mode,
                   output_shape=[10, 17])


def resize(writer):
    data = writer.values(1, 2, 8, 6)
    coordinates = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                   "asymmetric"]
    # Fractions of a power of two, so that rounding makes no difference.
    scales = {"up": [1, 1, 2, 3], "down": [1, 1, 0.625, 0.5], "odd": [1, 1, 1.6875, 0.8125]}
    for coordinate, (name, scale) in itertools.product(coordinates, scales.items()):
        # Between the corners ONNX takes the fractional size, ONNX Runtime the whole one.
        if (coordinate, name) == ("align_corners", "odd"):
            continue
        inputs = [data, None, numpy.array(scale, numpy.float32)]
        for nearest in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
            writer.add(f"resize_nearest_{nearest}_{coordinate}_{name}", "Resize", inputs,
                       opset=19, constants=(2,), mode="nearest", nearest_mode=nearest,
                       coordinate_transformation_mode=coordinate)
        for mode, antialias, outside in itertools.product(("linear", "cubic"), (0, 1), (0, 1)):
            if (mode, outside) == ("linear", 1):
                continue
            writer.add(f"resize_{mode}_{antialias}{outside}_{coordinate}_{name}", "Resize", inputs,
                       opset=19, constants=(2,), mode=mode, antialias=antialias,
                       exclude_outside=outside, coordinate_transformation_mode=coordinate)
    sizes = numpy.array([1, 2, 7, 9], numpy.int64)
    roi = numpy.array([0, 0, 0.13, 0.37, 1, 1, 0.83, 1.29], numpy.float32)
    for mode in ("nearest", "linear"):
        writer.add(f"resize_crop_{mode}", "Resize", [data, roi, None, sizes], opset=19,
                   constants=(1, 3), mode=mode, extrapolation_value=10.0,
                   coordinate_transformation_mode="tf_crop_and_resize")
    for opset, op in ((9, "Upsample"), (10, "Resize")):
        for mode in ("nearest", "linear"):
            writer.add(f"{op.lower()}_{opset}_{mode}", op,
                       [data, numpy.array([1, 1, 2, 2], numpy.float32)], opset=opset,
                       constants=(1,), mode=mode)


def products(writer):
    equations = {"ij,jk->ik": [(3, 4), (4, 5)], "bij,bjk": [(2, 3, 4), (2, 4, 5)],
                 "...ij,...jk->...ik": [(2, 1, 3, 4), (1, 3, 4, 5)], "ii->i": [(4, 4)],
                 "ii": [(4, 4)], "...ii->...i": [(2, 3, 3)], "ij->ji": [(3, 4)],
                 "bhqd,bhkd->bhqk": [(2, 3, 4, 5), (2, 3, 6, 5)], "i,j->ij": [(3,), (4,)],
                 "ij,kj,lj->ikl": [(2, 3), (4, 3), (5, 3)], "ba, cb": [(3, 2), (4, 3)],
                 "abc,cd->d": [(2, 3, 4), (4, 5)], "i...->...": [(3, 2, 4)]}
    for k, (equation, shapes) in enumerate(equations.items()):
        writer.add(f"einsum_{k}", "Einsum", [writer.values(*shape) for shape in shapes],
                   equation=equation)
    for k, (a, b) in enumerate([((3,), (3,)), ((3,), (2, 3, 4)), ((2, 3, 4), (4,)),
                                ((2, 1, 3, 4), (5, 4, 2)), ((7, 13), (13, 9))]):
        writer.add(f"matmul_{k}", "MatMul", [writer.values(*a), writer.values(*b)])
        integers = [(10 * writer.values(*shape)).astype(numpy.int32) for shape in (a, b)]
        writer.add(f"matmul_i32_{k}", "MatMul", integers)
    for a, b, c in itertools.product((0, 1), (0, 1), (None, (), (5,), (3, 1), (3, 5))):
        inputs = [writer.values(*((4, 3) if a else (3, 4))),
                  writer.values(*((5, 4) if b else (4, 5)))]
        inputs += [] if c is None else [numpy.array(writer.values(*c))]
        writer.add(f"gemm_{a}{b}_{c}".replace(" ", ""), "Gemm", inputs, transA=a, transB=b,
                   alpha=0.7, beta=1.3)


def norms(writer):
    data = writer.values(2, 6, 3, 5)
    for axis in (-1, 1, 2):
        shape = data.shape[axis:]
        writer.add(f"layer_normalization_{axis}", "LayerNormalization",
                   [data, writer.values(*shape), writer.values(*shape)], 3, axis=axis)
    writer.add("layer_normalization_no_bias", "LayerNormalization", [data, writer.values(5)])
    writer.add("instance_normalization", "InstanceNormalization",
               [data, writer.values(6), writer.values(6)], epsilon=1e-3)
    for opset, count in ((18, 3), (21, 6)):
        writer.add(f"group_normalization_{opset}", "GroupNormalization",
                   [data, writer.values(count), writer.values(count)], opset=opset, num_groups=3)
    for opset in (9, 14, 15):
        writer.add(f"batch_normalization_{opset}", "BatchNormalization",
                   [data, writer.values(6), writer.values(6), writer.values(6),
                    numpy.abs(writer.values(6))], opset=opset)
    for size in (1, 3, 9):
        writer.add(f"lrn_{size}", "LRN", [data], size=size, alpha=0.02, beta=0.6, bias=1.5)
    for axis, p in itertools.product((0, -1), (1, 2)):
        writer.add(f"lp_normalization_{axis}_{p}", "LpNormalization", [data], axis=axis, p=p)
    writer.add("mean_variance_normalization", "MeanVarianceNormalization", [data], axes=[1, 3])
    for mode in ("DCR", "CRD"):
        writer.add(f"depth_to_space_{mode}", "DepthToSpace", [writer.values(2, 8, 2, 3)],
                   blocksize=2, mode=mode)


def main():
    writer = Writer(sys.argv[1])
    if writer.folder.fresh():
        return
    writer.folder.clear()
    for part in (recurrent, windows, resize, products, norms):
        part(writer)
    for line in writer.refused:
        print(line)
    count = len(writer.folder.lines)
    print(f"{count} cases, {len(writer.refused)} refused by ONNX Runtime")
    if count < LEAST_CASES:
        sys.exit(f"there should be {LEAST_CASES} cases")
    writer.folder.finish()


if __name__ == "__main__":
    main()
