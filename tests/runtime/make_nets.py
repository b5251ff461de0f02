# SPDX-License-Identifier: Apache-2.0
"""make_nets.py FOLDER: small networks in the style of real ones, with random weights.

FOLDER/<net>/float.onnx; FOLDER/<net>/<case>/input_K.pb and, by ONNX Runtime, output_K.pb.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import run_nets

CASES = 4
rng = np.random.default_rng(5)


class Net:
    """Collects nodes and weights; every method returns the name of the value it makes."""

    def __init__(self, name, opset):
        self.name, self.opset = name, opset
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def random(self, *shape, scale=None):
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 4
        scale = 1.5 / np.sqrt(fan_in) if scale is None else scale
        return self.weight((rng.standard_normal(shape) * scale).astype(np.float32))

    def ints(self, *values):
        return self.weight(np.array(values, np.int64))

    def number(self, value):
        return self.weight(np.array(value, np.float32))

    def op(self, kind, *inputs, outputs=1, **attributes):
        """Name of the output; a list of names when `outputs` is more than one or a list."""
        names = outputs if isinstance(outputs, list) else [
            f"{kind}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(
            kind, list(inputs), names, name=f"{kind}_{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, data, c, k, *kernel, group=1, bias=True, **attributes):
        weights = [self.random(k, c // group, *kernel)] + ([self.random(k)] if bias else [])
        return self.op("Conv", data, *weights, group=group, kernel_shape=kernel, **attributes)

    def output(self, name, kind=TensorProto.FLOAT):
        self.outputs.append(helper.make_tensor_value_info(name, kind, None))

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)
        opsets = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def speech(net):
    """Like Silero VAD: framed transform, 1-D convolutions, LSTM with state; a fixed batch."""
    x = net.input("input", TensorProto.FLOAT, [6, 80])
    h = net.input("h", TensorProto.FLOAT, [1, 1, 8])
    c = net.input("c", TensorProto.FLOAT, [1, 1, 8])
    x = net.op("Pad", x, net.ints(0, 0, 0, 16), mode="reflect")
    x = net.op("Unsqueeze", x, net.ints(1))
    x = net.conv(x, 1, 18, 32, bias=False, strides=[16])
    parts = [net.op("Slice", x, net.ints(at), net.ints(at + 9), net.ints(1)) for at in (0, 9)]
    squares = [net.op("Pow", part, net.number(2)) for part in parts]
    x = net.op("Sqrt", net.op("Add", *squares))
    x = net.op("Relu", net.conv(x, 9, 16, 3, pads=[1, 1]))
    x = net.op("Relu", net.conv(x, 16, 12, 3, pads=[1, 1], strides=[2]))
    x = net.op("Relu", net.conv(x, 12, 10, 3, pads=[1, 1], strides=[3]))
    x = net.op("Transpose", x, perm=[0, 2, 1])
    y, hn, cn = net.op("LSTM", x, net.random(1, 32, 10, scale=0.4), net.random(1, 32, 8, scale=0.4),
                       net.random(1, 64, scale=0.2), "", h, c, outputs=3, hidden_size=8)
    x = net.op("Relu", net.op("Squeeze", y, net.ints(1)))
    x = net.op("Transpose", x, perm=[0, 2, 1])
    x = net.op("Sigmoid", net.conv(x, 8, 1, 1))
    net.output(net.op("Reshape", x, net.ints(6)))
    net.output(hn)
    net.output(cn)


def attention(net, x, mask, width, heads):
    """One encoder layer; half of its products are Gemm between Reshapes, half MatMul and Add."""
    length, size = 7, width // heads
    flat = net.op("Reshape", x, net.ints(-1, width))
    split = net.ints(0, length, heads, size)

    def head(perm):
        y = net.op("Gemm", flat, net.random(width, width), net.random(width), transB=1)
        y = net.op("Reshape", net.op("Reshape", y, net.ints(-1, length, width)), split)
        return net.op("Transpose", y, perm=perm)

    scores = net.op("MatMul", head([0, 2, 1, 3]), head([0, 2, 3, 1]))
    scores = net.op("Div", scores, net.number(np.sqrt(size)))
    scores = net.op("Softmax", net.op("Add", scores, mask), axis=-1)
    y = net.op("Transpose", net.op("MatMul", scores, head([0, 2, 1, 3])), perm=[0, 2, 1, 3])
    y = net.op("Reshape", y, net.ints(0, 0, width))
    y = net.op("Add", net.random(width), net.op("MatMul", y, net.random(width, width)))
    x = net.op("LayerNormalization", net.op("Add", x, y), net.random(width), net.random(width))
    y = net.op("Add", net.op("MatMul", x, net.random(width, 2 * width)), net.random(2 * width))
    erf = net.op("Erf", net.op("Div", y, net.number(np.sqrt(2))))
    y = net.op("Mul", y, net.op("Add", erf, net.number(1)))
    y = net.op("Mul", y, net.number(0.5))
    y = net.op("MatMul", y, net.random(2 * width, width))
    return net.op("LayerNormalization", net.op("Add", y, x), net.random(width), net.random(width))


def text(net):
    """Like BERT: token ids and a mask of i64, free batch."""
    width = 16
    ids = net.input("input_ids", TensorProto.INT64, ["batch", 7])
    mask = net.input("attention_mask", TensorProto.INT64, ["batch", 7])
    x = net.op("Gather", net.random(50, width, scale=1), ids)
    x = net.op("Add", x, net.random(1, 7, width, scale=1))
    x = net.op("LayerNormalization", x, net.random(width, scale=1), net.random(width))
    wide = net.op("Cast", net.op("Unsqueeze", mask, net.ints(1, 2)), to=TensorProto.FLOAT)
    bias = net.op("Mul", net.op("Sub", net.number(1), wide), net.number(-100))
    for _ in range(2):
        x = attention(net, x, bias, width, 4)
    kept = net.op("Equal", net.op("Unsqueeze", mask, net.ints(2)), net.weight(np.int64(1)))
    x = net.op("Where", kept, x, net.number(0))
    count = net.op("Clip", net.op("ReduceSum", net.op("Cast", mask, to=TensorProto.FLOAT),
                                  net.ints(1), keepdims=1), net.number(1e-9))
    x = net.op("Div", net.op("ReduceSum", x, net.ints(1), keepdims=0), count)
    net.output(net.op("Gemm", x, net.random(3, width), net.random(3), transB=1))


def residual(net):
    """Like ResNet-18: stem, basic blocks with identity and projection shortcuts."""
    x = net.input("image", TensorProto.FLOAT, ["batch", 3, 24, 24])
    x = net.op("Relu", net.conv(x, 3, 8, 7, 7, pads=[3] * 4, strides=[2, 2]))
    x = net.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for c, k, stride in ((8, 8, 1), (8, 12, 2)):
        y = net.op("Relu", net.conv(x, c, k, 3, 3, pads=[1] * 4, strides=[stride] * 2))
        y = net.conv(y, k, k, 3, 3, pads=[1] * 4)
        if stride != 1:
            x = net.conv(x, c, k, 1, 1, strides=[stride] * 2)
        x = net.op("Relu", net.op("Add", y, x))
    x = net.op("Flatten", net.op("GlobalAveragePool", x))
    net.output(net.op("Gemm", x, net.random(5, 12), net.random(5), transB=1))


def mobile(net):
    """Like MobileNetV3: depthwise and grouped convolutions, squeeze and excite, hard-swish."""
    x = net.input("image", TensorProto.FLOAT, ["batch", 3, 20, 20])
    x = net.op("HardSwish", net.conv(x, 3, 16, 3, 3, pads=[1] * 4, strides=[2, 2]))
    for stride in (1, 2):
        y = net.op("Relu", net.conv(x, 16, 24, 1, 1))
        y = net.op("HardSwish", net.conv(y, 24, 24, 5, 5, group=24, pads=[2] * 4,
                                         strides=[stride] * 2))
        s = net.op("Relu", net.conv(net.op("GlobalAveragePool", y), 24, 8, 1, 1))
        s = net.op("HardSigmoid", net.conv(s, 8, 24, 1, 1), alpha=1 / 6, beta=0.5)
        y = net.conv(net.op("Mul", y, s), 24, 16, 1, 1, group=4)
        x = net.op("Add", x, y) if stride == 1 else y
    x = net.op("Flatten", net.op("GlobalAveragePool", x))
    x = net.op("HardSwish", net.op("Gemm", x, net.random(32, 16), net.random(32), transB=1))
    net.output(net.op("Gemm", x, net.random(4, 32), net.random(4), transB=1))


def letters(net):
    """A byte-level 1-D CNN: u8 input, embedding, convolutions, maximum over time."""
    x = net.input("bytes", TensorProto.UINT8, ["batch", 40])
    x = net.op("Gather", net.random(256, 12, scale=1), net.op("Cast", x, to=TensorProto.INT32))
    x = net.op("Transpose", x, perm=[0, 2, 1])
    x = net.op("Relu", net.conv(x, 12, 16, 5, pads=[2, 2]))
    x = net.op("MaxPool", x, kernel_shape=[2], strides=[2])
    a = net.op("Relu", net.conv(x, 16, 20, 3, pads=[2, 2], dilations=[2]))
    b = net.op("Relu", net.conv(x, 16, 20, 3, pads=[1, 1], group=4))
    a = net.op("Flatten", net.op("GlobalMaxPool", a))
    b = net.op("ReduceMax", b, axes=[2], keepdims=0)
    x = net.op("Concat", a, b, axis=1)
    net.output(net.op("Gemm", x, net.random(6, 40), net.random(6), transB=1))


def older(net):
    """Operator set 11, where axes are attributes and Softmax works on a matrix."""
    x = net.input("x", TensorProto.FLOAT, ["batch", 10, 6])
    x = net.op("Unsqueeze", x, axes=[1])
    x = net.op("Relu", net.conv(x, 1, 7, 3, 3, pads=[1] * 4))
    a, b = net.op("Split", x, outputs=2, axis=2, split=[4, 6])
    x = net.op("Concat", *[net.op("ReduceSum", part, axes=[2], keepdims=1) for part in (a, b)],
               axis=2)
    x = net.conv(x, 7, 5, 2, 6)
    x = net.op("Softmax", net.op("Squeeze", x, axes=[2, 3]))
    net.output(net.op("Gemm", x, net.random(3, 5), net.random(3), transB=1))


def several(net):
    """Operators with several outputs, some omitted; outputs that are inputs, constants, twice."""
    x = net.input("x", TensorProto.FLOAT, ["batch", 12])
    a, b = net.op("Split", x, net.ints(5, 7), outputs=2, axis=1)
    value, index = net.op("TopK", b, net.ints(3), outputs=2)
    image = net.op("Reshape", x, net.ints(-1, 1, 3, 4))
    pooled, where = net.op("MaxPool", image, outputs=2, kernel_shape=[2, 2])
    steps = net.op("Reshape", x, net.ints(-1, 1, 4))
    last = net.op("GRU", steps, net.random(1, 9, 4), net.random(1, 9, 3), outputs=["", "last"],
                  hidden_size=3)[1]
    net.output(a)
    net.output(value)
    net.output(index, TensorProto.INT64)
    net.output(pooled)
    net.output(where, TensorProto.INT64)
    net.output(last)
    net.output(net.weight(np.arange(4, dtype=np.int64)), TensorProto.INT64)
    net.output(x)
    net.output(net.op("Not", net.op("Less", x, net.number(0))), TensorProto.BOOL)


def value(info):
    shape = [d.dim_value or 1 for d in info.type.tensor_type.shape.dim]
    kind = info.type.tensor_type.elem_type
    if info.name == "attention_mask":
        return (np.arange(shape[1]) < rng.integers(2, shape[1] + 1)).astype(np.int64)[None]
    if kind == TensorProto.FLOAT:
        return rng.standard_normal(shape).astype(np.float32)
    return rng.integers(0, 50, shape).astype(helper.tensor_dtype_to_np_dtype(kind))


def main():
    nets = {"speech": (speech, 16), "text": (text, 17), "residual": (residual, 13),
            "mobile": (mobile, 14), "letters": (letters, 13), "older": (older, 11),
            "several": (several, 13)}
    for name, (build, opset) in nets.items():
        net = Net(name, opset)
        build(net)
        folder = pathlib.Path(sys.argv[1]) / name
        for case in range(CASES):
            target = folder / str(case)
            target.mkdir(parents=True)
            for k, info in enumerate(net.inputs):
                proto = numpy_helper.from_array(value(info))
                (target / f"input_{k}.pb").write_bytes(proto.SerializeToString())
        onnx.save(net.model(), folder / "float.onnx")
        run_nets.run(folder / "float.onnx", run_nets.cases_of(folder))


if __name__ == "__main__":
    main()
