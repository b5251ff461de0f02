# SPDX-License-Identifier: Apache-2.0
"""Random inputs and attributes for each operator: sample(op, rng).

Longer than 350 lines because it is one table with a function per family of operators.
"""
import dataclasses

import numpy as np
from onnx import TensorProto, helper, numpy_helper


@dataclasses.dataclass
class Sample:
    inputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    outputs: int = 1
    rtol: float = 1e-3
    atol: float = 1e-5
    opset: int = 0


FLOATS = (np.float32, np.float64, np.float16)
INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
ANY = (*FLOATS, *INTEGERS, np.bool_)


def shape_of(rng, least=1, most=4, longest=5):
    return tuple(int(d) for d in rng.integers(1, longest + 1, rng.integers(least, most + 1)))


def array(rng, shape, dtype=np.float32, low=-3, high=3):
    dtype = np.dtype(dtype)
    if dtype == np.bool_:
        return rng.integers(0, 2, shape).astype(np.bool_)
    if dtype.kind in "iu":
        return rng.integers(max(low, 0) if dtype.kind == "u" else low, high + 1, shape).astype(dtype)
    return rng.uniform(low, high, shape).astype(dtype)


def one(rng, choices):
    return choices[int(rng.integers(len(choices)))]


def axis_of(rng, rank):
    return int(rng.integers(-rank, rank))


def broadcast_pair(rng):
    """Two shapes that broadcast, either may be shorter or have ones."""
    full = shape_of(rng)
    def part():
        shape = [1 if rng.integers(3) == 0 else d for d in full]
        return tuple(shape[int(rng.integers(0, len(shape) + 1)):])
    return (full, part()) if rng.integers(2) else (part(), full)


def ints(*values):
    return np.array(values, np.int64)


def unary(low=-3, high=3, dtypes=FLOATS, **attributes):
    def make(rng):
        chosen = {key: float(rng.uniform(*value)) for key, value in attributes.items()}
        return Sample([array(rng, shape_of(rng, 0), one(rng, dtypes), low, high)], chosen)
    return make


def binary(dtypes, low=-3, high=3):
    def make(rng):
        a, b = broadcast_pair(rng)
        dtype = one(rng, dtypes)
        return Sample([array(rng, a, dtype, low, high), array(rng, b, dtype, low, high)])
    return make


def variadic(rng):
    full, dtype = shape_of(rng), one(rng, (*FLOATS, *INTEGERS))
    shapes = [full] + [tuple(1 if rng.integers(2) else d for d in full) for _ in range(rng.integers(3))]
    return Sample([array(rng, shape, dtype) for shape in shapes])


def where(rng):
    a, b = broadcast_pair(rng)
    dtype = one(rng, ANY)
    return Sample([array(rng, a, np.bool_), array(rng, a, dtype), array(rng, b, dtype)])


def clip(rng):
    dtype = one(rng, (*FLOATS, np.int32, np.int64))
    data = array(rng, shape_of(rng), dtype, -9, 9)
    low = np.array(-2, dtype) if rng.integers(2) else None
    return Sample([data, low, np.array(3, dtype)])


def prelu(rng):
    shape = shape_of(rng, 2)
    return Sample([array(rng, shape), array(rng, shape[-1:])])


def softmax(rng):
    shape = shape_of(rng)
    return Sample([array(rng, shape, one(rng, FLOATS[:2]))], {"axis": axis_of(rng, len(shape))})


def reduction(low=-3):
    def make(rng):
        shape = shape_of(rng)
        axes = rng.permutation(len(shape))[:rng.integers(0, len(shape) + 1)]
        attributes = {"keepdims": int(rng.integers(2)), "noop_with_empty_axes": int(rng.integers(2))}
        given = [ints(*axes)] if len(axes) else []
        return Sample([array(rng, shape, one(rng, FLOATS[:2]), low), *given], attributes)
    return make


def arg_max(rng):
    shape = shape_of(rng)
    return Sample([array(rng, shape, one(rng, (np.float32, np.int32)))],
                  {"axis": axis_of(rng, len(shape)), "keepdims": int(rng.integers(2)),
                   "select_last_index": int(rng.integers(2))})


def top_k(rng):
    shape = shape_of(rng)
    axis = axis_of(rng, len(shape))
    data = rng.permutation(int(np.prod(shape))).reshape(shape).astype(one(rng, (np.float32, np.int64)))
    return Sample([data, ints(rng.integers(1, shape[axis] + 1))],
                  {"axis": axis, "largest": int(rng.integers(2)), "sorted": 1}, 2)


def cum_sum(rng):
    shape = shape_of(rng)
    return Sample([array(rng, shape, one(rng, (np.float32, np.float64, np.int32))),
                   np.array(axis_of(rng, len(shape)), np.int64)],
                  {"exclusive": int(rng.integers(2)), "reverse": int(rng.integers(2))})


def window(rng, spatial, transposed=False):
    """Attributes of a sliding window over axes of 7 to 10 elements."""
    kernel = [int(k) for k in rng.integers(1, 4, spatial)]
    pads = [int(rng.integers(0, k)) for k in kernel] * 2
    return {"kernel_shape": kernel, "pads": pads,
            "strides": [int(s) for s in rng.integers(1, 3, spatial)],
            "dilations": [int(d) for d in rng.integers(1, 3, spatial)]}


def spatial_shape(rng, spatial):
    return tuple(int(d) for d in rng.integers(7, 11, spatial))


def conv(rng):
    spatial, group = int(rng.integers(1, 4)), one(rng, (1, 2, 3))
    attributes = {**window(rng, spatial), "group": group}
    channels, kernels = 2 * group, group * int(rng.integers(1, 3))
    weight = array(rng, (kernels, 2, *attributes["kernel_shape"]))
    bias = [array(rng, (kernels,))] if rng.integers(2) else []
    return Sample([array(rng, (2, channels, *spatial_shape(rng, spatial))), weight, *bias],
                  attributes, atol=1e-4)


def conv_transpose(rng):
    spatial, group = int(rng.integers(1, 3)), one(rng, (1, 2))
    attributes = {**window(rng, spatial), "group": group}
    weight = array(rng, (2 * group, 2, *attributes["kernel_shape"]))
    bias = [array(rng, (2 * group,))] if rng.integers(2) else []
    return Sample([array(rng, (1, 2 * group, *spatial_shape(rng, spatial))), weight, *bias],
                  attributes, atol=1e-4)


def conv_integer(rng):
    attributes = window(rng, 2)
    return Sample([array(rng, (1, 2, 7, 8), np.uint8, 0, 255),
                   array(rng, (3, 2, *attributes["kernel_shape"]), np.uint8, 0, 255),
                   np.array(rng.integers(0, 255), np.uint8)], attributes)


def matmul_integer(rng):
    m, k, n = (int(d) for d in rng.integers(1, 6, 3))
    return Sample([array(rng, (m, k), np.uint8, 0, 255), array(rng, (k, n), np.uint8, 0, 255),
                   np.array(rng.integers(0, 255), np.uint8), np.array(rng.integers(0, 255), np.uint8)])


def gemm(rng):
    m, k, n = (int(d) for d in rng.integers(1, 6, 3))
    trans_a, trans_b = int(rng.integers(2)), int(rng.integers(2))
    bias = one(rng, ([], [(n,)], [(m, 1)], [(m, n)]))
    return Sample([array(rng, (k, m) if trans_a else (m, k)), array(rng, (n, k) if trans_b else (k, n)),
                   *[array(rng, shape) for shape in bias]],
                  {"transA": trans_a, "transB": trans_b, "alpha": float(rng.uniform(0.5, 2)),
                   "beta": float(rng.uniform(0.5, 2))}, atol=1e-4)


def matmul(rng):
    m, k, n, b = (int(d) for d in rng.integers(1, 6, 4))
    a_shape, b_shape = one(rng, (((m, k), (k, n)), ((k,), (k, n)), ((b, m, k), (k,)),
                                 ((b, 1, m, k), (3, k, n)), ((b, m, k), (1, k, n))))
    dtype = one(rng, (np.float32, np.float64, np.int32))
    return Sample([array(rng, a_shape, dtype), array(rng, b_shape, dtype)], atol=1e-4)


def einsum(rng):
    i, j, k, b = (int(d) for d in rng.integers(1, 5, 4))
    equation, *shapes = one(rng, (("bij,bjk->bik", (b, i, j), (b, j, k)), ("ij->ji", (i, j)),
                                  ("ii->i", (i, i)), ("ij,kj->ik", (i, j), (k, j)),
                                  ("...ij,...jk->...ik", (b, i, j), (b, j, k)), ("ij->", (i, j)),
                                  ("i,j", (i,), (j,))))
    return Sample([array(rng, shape) for shape in shapes], {"equation": equation}, atol=1e-4)


def pool(**more):
    def make(rng):
        spatial = int(rng.integers(1, 4))
        attributes = window(rng, spatial)
        attributes.update({key: int(rng.integers(2)) for key in more})
        return Sample([array(rng, (2, 3, *spatial_shape(rng, spatial)))], attributes)
    return make


def global_pool(rng):
    return Sample([array(rng, (2, 3, *spatial_shape(rng, int(rng.integers(1, 4)))))])


def batch_normalization(rng):
    shape = shape_of(rng, 2)
    channels = shape[1:2]
    return Sample([array(rng, shape), *[array(rng, channels) for _ in range(3)],
                   array(rng, channels, low=0.5)], {"epsilon": 1e-3})


def layer_normalization(rng):
    shape = shape_of(rng, longest=6)
    axis = axis_of(rng, len(shape))
    tail = shape[axis:]
    bias = [array(rng, tail)] if rng.integers(2) else []
    return Sample([array(rng, shape), array(rng, tail), *bias], {"axis": axis, "epsilon": 1e-3},
                  atol=1e-4)


def instance_normalization(rng):
    shape = (2, 3, *spatial_shape(rng, int(rng.integers(1, 3))))
    return Sample([array(rng, shape), array(rng, (3,)), array(rng, (3,))], {"epsilon": 1e-3}, atol=1e-4)


def group_normalization(rng):
    groups = one(rng, (1, 2, 3))
    channels = groups * 2
    return Sample([array(rng, (2, channels, 4, 3)), array(rng, (channels,)), array(rng, (channels,))],
                  {"num_groups": groups, "epsilon": 1e-3}, atol=1e-4)


def recurrent(gates, biases):
    def make(rng):
        steps, batch, width, hidden = (int(d) for d in rng.integers(1, 5, 4))
        direction = one(rng, ("forward", "reverse", "bidirectional"))
        ways = 2 if direction == "bidirectional" else 1
        inputs = [array(rng, (steps, batch, width)), array(rng, (ways, gates * hidden, width), low=-1, high=1),
                  array(rng, (ways, gates * hidden, hidden), low=-1, high=1),
                  array(rng, (ways, 2 * biases * hidden)) if rng.integers(2) else None,
                  rng.integers(1, steps + 1, batch).astype(np.int32) if rng.integers(2) else None,
                  array(rng, (ways, batch, hidden)) if rng.integers(2) else None]
        attributes = {"hidden_size": hidden, "direction": direction}
        if gates == 3:
            attributes["linear_before_reset"] = int(rng.integers(2))
        if gates == 4:
            inputs += [array(rng, (ways, batch, hidden)) if rng.integers(2) else None,
                       array(rng, (ways, 3 * hidden)) if rng.integers(2) else None]
        return Sample(inputs, attributes, 3 if gates == 4 else 2, atol=1e-4)
    return make


def reshape(rng):
    shape = shape_of(rng, 2)
    target = [[-1], [*shape[:-2], shape[-2] * shape[-1]], [0, -1], [1, *shape, 1]]
    return Sample([array(rng, shape, one(rng, ANY)), ints(*one(rng, target))])


def transpose(rng):
    shape = shape_of(rng)
    attributes = {"perm": [int(i) for i in rng.permutation(len(shape))]} if rng.integers(3) else {}
    return Sample([array(rng, shape, one(rng, ANY))], attributes)


def concat(rng):
    shape, dtype = shape_of(rng), one(rng, ANY)
    axis = axis_of(rng, len(shape))
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        part = list(shape)
        part[axis] = int(rng.integers(1, 4))
        parts.append(array(rng, part, dtype))
    return Sample(parts, {"axis": axis})


def split(rng):
    shape = list(shape_of(rng))
    axis = axis_of(rng, len(shape))
    count = int(rng.integers(1, 4))
    sizes = [int(s) for s in rng.integers(1, 4, count)]
    shape[axis] = sum(sizes)
    data = array(rng, shape, one(rng, ANY))
    if rng.integers(2):
        return Sample([data, ints(*sizes)], {"axis": axis}, count)
    shape[axis] = count * 3 - int(count > 1)
    return Sample([array(rng, shape)], {"axis": axis, "num_outputs": count}, count)


def slice_(rng):
    shape = shape_of(rng, longest=7)
    axes = [int(a) for a in rng.permutation(len(shape))[:rng.integers(1, len(shape) + 1)]]
    count = len(axes)
    steps = [one(rng, (-2, -1, 1, 2)) for _ in axes]
    return Sample([array(rng, shape, one(rng, ANY)), rng.integers(-8, 9, count), rng.integers(-9, 9, count),
                   ints(*axes), ints(*steps)])


def gather(rng):
    shape = shape_of(rng)
    axis = axis_of(rng, len(shape))
    indices = rng.integers(-shape[axis], shape[axis], shape_of(rng, 0, 2))
    return Sample([array(rng, shape, one(rng, ANY)), np.asarray(indices, one(rng, (np.int32, np.int64)))],
                  {"axis": axis})


def gather_elements(rng):
    shape = shape_of(rng)
    axis = axis_of(rng, len(shape))
    index_shape = list(shape)
    index_shape[axis] = int(rng.integers(1, 6))
    return Sample([array(rng, shape, one(rng, ANY)), rng.integers(-shape[axis], shape[axis], index_shape)],
                  {"axis": axis})


def nd_indices(rng, shape, batch, outer):
    depth = int(rng.integers(1, len(shape) - batch + 1))
    limits = np.array(shape[batch:batch + depth])
    return rng.integers(-limits, limits, (*outer, depth))


def gather_nd(rng):
    shape = shape_of(rng, 2)
    batch = int(rng.integers(0, len(shape)))
    outer = (*shape[:batch], *shape_of(rng, 0, 2))
    return Sample([array(rng, shape, one(rng, ANY)), nd_indices(rng, shape, batch, outer)],
                  {"batch_dims": batch})


def scatter_nd(rng):
    shape = shape_of(rng)
    indices = nd_indices(rng, shape, 0, (3,))
    reduction_ = one(rng, ("none", "add", "mul", "max", "min"))
    if reduction_ == "none":  # the order of equal indices is not defined
        indices = indices[:1]
    updates = array(rng, (*indices.shape[:-1], *shape[indices.shape[-1]:]))
    return Sample([array(rng, shape), indices, updates], {"reduction": reduction_})


def squeeze(rng):
    shape = [1 if rng.integers(2) else d for d in shape_of(rng)]
    axes = [i for i, d in enumerate(shape) if d == 1]
    given = [ints(*axes)] if rng.integers(2) and axes else []
    return Sample([array(rng, shape, one(rng, ANY)), *given])


def unsqueeze(rng):
    shape = shape_of(rng, 0)
    more = int(rng.integers(1, 3))
    rank = len(shape) + more
    axes = [int(a) - rank * int(rng.integers(2)) for a in rng.permutation(rank)[:more]]
    return Sample([array(rng, shape, one(rng, ANY)), ints(*axes)])


def flatten(rng):
    shape = shape_of(rng)
    return Sample([array(rng, shape, one(rng, ANY))], {"axis": int(rng.integers(-len(shape), len(shape) + 1))})


def expand(rng):
    a, b = broadcast_pair(rng)
    return Sample([array(rng, b, one(rng, ANY)), ints(*a)])


def tile(rng):
    shape = shape_of(rng)
    return Sample([array(rng, shape, one(rng, ANY)), rng.integers(1, 4, len(shape))])


def pad(rng):
    shape = shape_of(rng, longest=6)
    mode = one(rng, ("constant", "reflect", "edge", "wrap"))
    rank = len(shape)
    pads = [int(rng.integers(0, d)) for d in shape] + [int(rng.integers(0, d)) for d in shape]
    if mode == "constant":
        pads = [p - (1 if shape[i % rank] > 2 else 0) for i, p in enumerate(pads)]
    dtype = one(rng, (*FLOATS, np.int32, np.int64))
    value = [np.array(rng.integers(1, 5), dtype)] if mode == "constant" else []
    return Sample([array(rng, shape, dtype), ints(*pads), *value], {"mode": mode})


def shape_operator(rng):
    shape = shape_of(rng, 0)
    attributes = {"start": int(rng.integers(-5, 5)), "end": int(rng.integers(-5, 5))}
    return Sample([array(rng, shape, one(rng, ANY))], attributes if rng.integers(2) else {})


def constant_of_shape(rng):
    value = array(rng, (1,), one(rng, ANY))
    return Sample([ints(*shape_of(rng, 0))], {"value": numpy_helper.from_array(value)})


def constant(rng):
    value = array(rng, shape_of(rng), one(rng, ANY))
    attributes = one(rng, ({"value": numpy_helper.from_array(value)}, {"value_int": 3}, {"value_float": 2.5},
                           {"value_ints": [1, 2, 3]}, {"value_floats": [0.5, 1.5]}))
    return Sample([], attributes)


def range_(rng):
    dtype = one(rng, (np.float32, np.float64, np.int32, np.int64))
    start, delta = int(rng.integers(-5, 5)), one(rng, (-3, -1, 1, 2))
    return Sample([np.array(v, dtype) for v in (start, start + int(rng.integers(-9, 9)), delta)])


def one_hot(rng):
    shape = shape_of(rng, 0, 3)
    depth = int(rng.integers(1, 6))
    return Sample([np.asarray(rng.integers(-depth, depth, shape), one(rng, (np.int32, np.int64))),
                   np.array(depth, np.int64), array(rng, (2,))], {"axis": axis_of(rng, len(shape) + 1)})


def trilu(rng):
    shape = shape_of(rng, 2)
    k = [np.array(rng.integers(-3, 4), np.int64)] if rng.integers(2) else []
    return Sample([array(rng, shape, one(rng, (np.float32, np.int64))), *k], {"upper": int(rng.integers(2))})


def depth_to_space(rng):
    block = one(rng, (1, 2, 3))
    return Sample([array(rng, (2, 2 * block * block, 3, 2))],
                  {"blocksize": block, "mode": one(rng, ("DCR", "CRD"))})


def space_to_depth(rng):
    block = one(rng, (1, 2, 3))
    return Sample([array(rng, (2, 3, 2 * block, 3 * block))], {"blocksize": block})


def resize(rng):
    shape = (1, 2, *(int(d) for d in rng.integers(3, 7, 2)))
    mode = one(rng, ("nearest", "linear", "cubic"))
    attributes = {"mode": mode, "coordinate_transformation_mode":
                  one(rng, ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"))}
    if mode == "nearest":
        attributes["nearest_mode"] = one(rng, ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"))
    if rng.integers(2):
        return Sample([array(rng, shape), None, np.array([1, 1, 1.5, 2], np.float32)], attributes, atol=1e-4)
    return Sample([array(rng, shape), None, None, ints(1, 2, 5, 9)], attributes, atol=1e-4)


def cast(rng):
    target = one(rng, ANY)
    data = array(rng, shape_of(rng), one(rng, ANY), 0, 100)
    return Sample([data], {"to": helper.np_dtype_to_tensor_dtype(np.dtype(target))})


def quantize(rng):
    shape = shape_of(rng, 2)
    axis, dtype = axis_of(rng, len(shape)), one(rng, (np.uint8, np.int8))
    scales = shape[axis:axis + 1 or None] if rng.integers(2) else ()
    return Sample([array(rng, shape), array(rng, scales, low=0.1, high=1), array(rng, scales, dtype)],
                  {"axis": axis})


def dequantize(rng):
    made = quantize(rng)
    made.inputs[0] = array(rng, made.inputs[0].shape, made.inputs[2].dtype, 0, 120)
    return made


def quantized_scalar(rng):
    return [np.array(rng.uniform(0.05, 0.2), np.float32), np.array(rng.integers(0, 20), np.uint8)]


def q_linear_matmul(rng):
    m, k, n = (int(d) for d in rng.integers(1, 6, 3))
    return Sample([array(rng, (m, k), np.uint8, 0, 255), *quantized_scalar(rng),
                   array(rng, (k, n), np.uint8, 0, 255), *quantized_scalar(rng),
                   np.array(5, np.float32), np.array(100, np.uint8)])


def q_linear_conv(rng):
    attributes = window(rng, 2)
    return Sample([array(rng, (1, 2, 7, 8), np.uint8, 0, 255), *quantized_scalar(rng),
                   array(rng, (3, 2, *attributes["kernel_shape"]), np.uint8, 0, 255), *quantized_scalar(rng),
                   np.array(4, np.float32), np.array(100, np.uint8)], attributes)


def dropout(rng):
    return Sample([array(rng, shape_of(rng))], {}, int(rng.integers(1, 3)))


def branch(name, value):
    node = helper.make_node("Constant", [], ["z"], value=numpy_helper.from_array(value))
    return helper.make_graph([node], name, [], [helper.make_tensor_value_info(
        "z", TensorProto.FLOAT, value.shape)])


def if_(rng):
    shape = shape_of(rng)
    return Sample([np.array(rng.integers(2), np.bool_)],
                  {"then_branch": branch("a", array(rng, shape)), "else_branch": branch("b", array(rng, shape))})


def movement(rng):
    return Sample([array(rng, shape_of(rng, 0), one(rng, ANY))])


SAMPLES = {
    "Abs": unary(dtypes=(*FLOATS, np.int32, np.int64)), "Neg": unary(dtypes=(*FLOATS, np.int32, np.int64)),
    "Sqrt": unary(0), "Log": unary(0.1), "Exp": unary(), "Erf": unary(dtypes=FLOATS[:1]),
    "Reciprocal": unary(0.5), "Relu": unary(), "LeakyRelu": unary(alpha=(0, 1)), "Sigmoid": unary(),
    "HardSigmoid": unary(alpha=(0.1, 0.3), beta=(0.3, 0.6)), "HardSwish": unary(), "Tanh": unary(),
    "Gelu": unary(dtypes=FLOATS[:1]), "Elu": unary(alpha=(0.5, 2)), "Softplus": unary(),
    "Add": binary((*FLOATS, *INTEGERS)), "Sub": binary((*FLOATS, *INTEGERS)), "Mul": binary((*FLOATS, *INTEGERS)),
    "Div": binary(FLOATS, 1), "Pow": binary(FLOATS[:2], 0.5), "Equal": binary(ANY), "Greater": binary((*FLOATS, *INTEGERS)),
    "Less": binary((*FLOATS, *INTEGERS)), "And": binary((np.bool_,)), "Or": binary((np.bool_,)),
    "Not": unary(dtypes=(np.bool_,)), "Where": where, "Min": variadic, "Max": variadic, "Clip": clip, "PRelu": prelu,
    "Softmax": softmax, "LogSoftmax": softmax, "ArgMax": arg_max, "TopK": top_k, "CumSum": cum_sum,
    **{f"Reduce{kind}": reduction() for kind in ("L1", "L2", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare", "LogSumExp")},
    "ReduceLogSum": reduction(0.1),
    "Conv": conv, "ConvTranspose": conv_transpose, "ConvInteger": conv_integer, "MatMulInteger": matmul_integer,
    "Gemm": gemm, "MatMul": matmul, "Einsum": einsum, "MaxPool": pool(ceil_mode=1),
    "AveragePool": pool(count_include_pad=1), "GlobalMaxPool": global_pool, "GlobalAveragePool": global_pool,
    "BatchNormalization": batch_normalization, "LayerNormalization": layer_normalization,
    "InstanceNormalization": instance_normalization, "GroupNormalization": group_normalization,
    "LSTM": recurrent(4, 4), "GRU": recurrent(3, 3), "RNN": recurrent(1, 1),
    "Reshape": reshape, "Transpose": transpose, "Concat": concat, "Split": split, "Slice": slice_, "Gather": gather,
    "GatherElements": gather_elements, "GatherND": gather_nd, "ScatterND": scatter_nd, "Squeeze": squeeze,
    "Unsqueeze": unsqueeze, "Flatten": flatten, "Expand": expand, "Tile": tile, "Pad": pad, "Shape": shape_operator,
    "Size": movement, "ConstantOfShape": constant_of_shape, "Constant": constant, "Identity": movement,
    "Range": range_, "OneHot": one_hot, "NonZero": movement, "Trilu": trilu, "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth, "Resize": resize, "Cast": cast, "QuantizeLinear": quantize,
    "DequantizeLinear": dequantize, "DynamicQuantizeLinear": unary(dtypes=FLOATS[:1]),
    "QLinearMatMul": q_linear_matmul, "QLinearConv": q_linear_conv, "Dropout": dropout, "If": if_,
}


def old_slice(rng):
    shape = shape_of(rng, longest=7)
    axes = [int(a) for a in rng.permutation(len(shape))[:rng.integers(1, len(shape) + 1)]]
    return Sample([array(rng, shape)], {
        "axes": axes, "starts": [int(s) for s in rng.integers(-8, 9, len(axes))],
        "ends": [int(e) for e in rng.integers(-9, 9, len(axes))]}, opset=9)


def old_pad(rng):
    shape = shape_of(rng, 2, longest=6)
    mode = one(rng, ("constant", "reflect", "edge"))
    pads = [int(rng.integers(0, d)) for d in shape] + [int(rng.integers(0, d)) for d in shape]
    return Sample([array(rng, shape)], {"mode": mode, "pads": pads, "value": 1.5}, opset=10)


def old_split(rng):
    made = split(rng)
    sizes = {"split": [int(s) for s in made.inputs[1]]} if len(made.inputs) == 2 else {"split": [1, 2]}
    shape = list(made.inputs[0].shape)
    shape[made.attributes["axis"]] = sum(sizes["split"])
    return Sample([array(rng, shape)], {"axis": made.attributes["axis"] % len(shape), **sizes},
                  len(sizes["split"]), opset=11)


def old_squeeze(rng):
    shape = [1, *shape_of(rng, 1, 3), 1]
    return Sample([array(rng, shape)], {"axes": one(rng, ([0], [0, len(shape) - 1]))}, opset=11)


def old_unsqueeze(rng):
    return Sample([array(rng, shape_of(rng))], {"axes": one(rng, ([0], [0, 2], [1]))}, opset=11)


def old_reduction(rng):
    shape = shape_of(rng)
    axes = [int(a) for a in rng.permutation(len(shape))[:rng.integers(1, len(shape) + 1)]]
    return Sample([array(rng, shape, low=0.1)], {"axes": axes, "keepdims": int(rng.integers(2))}, opset=11)


def old_clip(rng):
    return Sample([array(rng, shape_of(rng))], {"min": -1.0, "max": 2.0}, opset=9)


def old_softmax(rng):
    shape = shape_of(rng, 2)
    return Sample([array(rng, shape)], {"axis": int(rng.integers(len(shape)))}, opset=11)


def old_top_k(rng):
    made = top_k(rng)
    return Sample([made.inputs[0].astype(np.float32), made.inputs[1]],
                  {"axis": made.attributes["axis"] % made.inputs[0].ndim}, 2, opset=10)


# Forms that operator sets before the newest have: lists as attributes, another meaning of `axis`.
OLD_SAMPLES = {
    "Slice": old_slice, "Pad": old_pad, "Split": old_split, "Squeeze": old_squeeze, "Unsqueeze": old_unsqueeze,
    "Clip": old_clip, "Softmax": old_softmax, "LogSoftmax": old_softmax, "TopK": old_top_k,
    **{f"Reduce{kind}": old_reduction for kind in
       ("L1", "L2", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare", "LogSumExp", "LogSum")},
}


def sample(op, rng, old=False):
    made = (OLD_SAMPLES if old else SAMPLES)[op](rng)
    if op == "DynamicQuantizeLinear":
        made.outputs = 3
    if made.inputs and any(v is not None and v.dtype == np.float16 for v in made.inputs):
        made.rtol, made.atol = 5e-3, 5e-3
    return made
