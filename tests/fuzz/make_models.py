# SPDX-License-Identifier: Apache-2.0
"""make_models.py FOLDER: writes malformed models and valid ones at the borders of what is allowed,
and models.json: {file: [exit codes that are right]}. The same files each time.
Longer than 350 lines because it is one list of faults."""
import copy
import json
import os
import pathlib
import random
import shutil
import sys

import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
expected = {}
GOOD, INVALID, UNSUPPORTED, BAD = [0], [2], [3], [2, 3]
HUGE = (1 << 63) - 1


def write(name, data, codes):
    (folder / f"{name}.onnx").write_bytes(data)
    assert f"{name}.onnx" not in expected, name
    expected[f"{name}.onnx"] = codes


def value(name, *shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, array, kind=None):
    return numpy_helper.from_array(np.asarray(array, kind), name)


def model(nodes, inputs=None, outputs=None, weights=(), opset=13, name="model"):
    graph = helper.make_graph(nodes, name, inputs if inputs is not None else [value("x", 2, 3)],
                              outputs or [helper.make_tensor_value_info("y", 1, None)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def save(name, proto, codes):
    write(name, proto.SerializeToString(), codes)


base = model([helper.make_node("Add", ["x", "w"], ["s"], name="sum"),
              helper.make_node("Relu", ["s"], ["y"], name="relu")],
             weights=[constant("w", np.ones((2, 3), np.float32))])
raw = base.SerializeToString()


def changed(name, change, codes=BAD):
    proto = copy.deepcopy(base)
    change(proto, proto.graph, proto.graph.initializer[0])
    save(name, proto, codes)


def set_list(field, *values):
    del field[:]
    field.extend(values)


# --- the container ------------------------------------------------------------------------------
write("empty", b"", INVALID)
write("zeros", bytes(4096), INVALID)
write("text", b"This is no model.\n" * 20, INVALID)
write("zip", b"PK\x03\x04" + bytes(60), INVALID)
for i in range(1, 25):
    write(f"truncated_{i:02}", raw[:len(raw) * i // 25], BAD)
write("length_lies", b"\x3a\xff\xff\xff\xff\x07" + raw, INVALID)
write("varint_endless", b"\x08" + b"\xff" * 40, INVALID)
nested = b""
for _ in range(400):  # graph > node > attribute > graph ...
    for field in (0x32, 0x2a, 0x0a):
        size = len(nested)
        prefix = bytearray([field])
        while size >= 128:
            prefix.append(size & 127 | 128)
            size >>= 7
        prefix.append(size)
        nested = bytes(prefix) + nested
write("nested_messages", b"\x08\x08\x3a" + bytes([len(nested) & 127 | 128, len(nested) >> 7 & 127])
      + nested, INVALID)

# --- header -------------------------------------------------------------------------------------
for version in (-1, 0, 2, 99, HUGE):
    changed(f"ir_{version}", lambda m, g, t: setattr(m, "ir_version", version))
for version in (-7, 0, 6, 99, HUGE):
    changed(f"opset_{version}", lambda m, g, t: setattr(m.opset_import[0], "version", version))
changed("no_ir", lambda m, g, t: m.ClearField("ir_version"), INVALID)
changed("no_opset", lambda m, g, t: m.ClearField("opset_import"), INVALID)
changed("no_graph", lambda m, g, t: m.ClearField("graph"), INVALID)
changed("two_opsets", lambda m, g, t: m.opset_import.add(domain="", version=14), INVALID)
changed("other_domain_only", lambda m, g, t: setattr(m.opset_import[0], "domain", "ai.other"))
changed("unknown_domain", lambda m, g, t: setattr(g.node[0], "domain", "com.example"), UNSUPPORTED)
changed("unknown_operator", lambda m, g, t: setattr(g.node[0], "op_type", "Strange"), UNSUPPORTED)
changed("no_operator", lambda m, g, t: setattr(g.node[0], "op_type", ""), INVALID)
local = model([helper.make_node("Local", ["x"], ["y"], domain="own")])
local.opset_import.add(domain="own", version=1)
local.functions.append(helper.make_function(
    "own", "Local", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])],
    [helper.make_opsetid("", 13)]))
save("local_function", local, UNSUPPORTED)
recursive = copy.deepcopy(local)
recursive.functions[0].node[0].op_type = "Local"
recursive.functions[0].node[0].domain = "own"
save("recursive_function", recursive, UNSUPPORTED)

# --- names and edges ----------------------------------------------------------------------------
changed("missing_value", lambda m, g, t: g.node[0].input.__setitem__(1, "nowhere"), INVALID)
changed("cycle", lambda m, g, t: g.node[0].input.__setitem__(0, "y"), INVALID)
changed("self_loop", lambda m, g, t: g.node[1].input.__setitem__(0, "y"), INVALID)
changed("two_producers", lambda m, g, t: g.node[0].output.__setitem__(0, "y"), INVALID)
changed("produces_input", lambda m, g, t: g.node[0].output.__setitem__(0, "x"), INVALID)
changed("produces_weight", lambda m, g, t: g.node[0].output.__setitem__(0, "w"), INVALID)
changed("two_weights", lambda m, g, t: g.initializer.append(t), INVALID)
changed("two_inputs", lambda m, g, t: g.input.append(g.input[0]), INVALID)
changed("nameless_weight", lambda m, g, t: setattr(t, "name", ""), INVALID)
changed("nameless_input", lambda m, g, t: setattr(g.input[0], "name", ""), INVALID)
changed("nameless_output", lambda m, g, t: setattr(g.output[0], "name", ""), INVALID)
changed("no_outputs", lambda m, g, t: g.ClearField("output"), INVALID)
changed("output_from_nowhere", lambda m, g, t: setattr(g.output[0], "name", "z"), INVALID)
changed("no_inputs", lambda m, g, t: g.ClearField("input"), INVALID)
changed("no_nodes", lambda m, g, t: g.ClearField("node"), INVALID)
write("not_utf8_node", raw.replace(b"sum", b"s\xffm"), INVALID)
write("not_utf8_overlong", raw.replace(b"relu", b"r\xc0\xafu"), INVALID)
write("not_utf8_surrogate", raw.replace(b"relu", b"r\xed\xa0\x80"), INVALID)
write("not_utf8_value", raw.replace(b"\x01s", b"\x01\xff"), BAD)
write("zero_in_name", raw.replace(b"sum", b"s\0m"), INVALID)
changed("newline_in_name", lambda m, g, t: (setattr(g.node[0], "name", "a\nb\x1b[31m"),
                                            g.node[0].input.__setitem__(1, "nowhere")), INVALID)
changed("long_name", lambda m, g, t: (setattr(g.node[0], "name", "n" * 1_000_000),
                                      g.node[0].input.__setitem__(1, "nowhere")), INVALID)

# --- inputs and outputs -------------------------------------------------------------------------
tensor_type = lambda g: g.input[0].type.tensor_type  # noqa: E731
changed("input_no_shape", lambda m, g, t: tensor_type(g).ClearField("shape"), INVALID)
changed("input_no_type", lambda m, g, t: g.input[0].ClearField("type"), INVALID)
changed("input_no_element", lambda m, g, t: tensor_type(g).ClearField("elem_type"), INVALID)
for kind in (8, 14, 15, 77, -1):
    changed(f"input_type_{kind}", lambda m, g, t: setattr(tensor_type(g), "elem_type", kind))
for dim in (-1, -5, 7, 1 << 33, 1 << 50, HUGE):
    changed(f"input_dim_{dim}",
            lambda m, g, t: setattr(tensor_type(g).shape.dim[1], "dim_value", dim), INVALID)
changed("input_rank", lambda m, g, t: tensor_type(g).shape.dim.add(dim_value=1 << 40), INVALID)
changed("input_sequence",
        lambda m, g, t: g.input[0].type.sequence_type.elem_type.tensor_type.SetInParent(),
        UNSUPPORTED)
for count in (50, 4000):
    changed(f"input_{count}_dims",
            lambda m, g, t: [tensor_type(g).shape.dim.add(dim_value=2) for _ in range(count)],
            INVALID)

# --- weights ------------------------------------------------------------------------------------
for name, dims in {"negative": (-2, 3), "more": (2, 4), "fewer": (2, 2), "none": (), "zero": (0, 3),
                   "overflow": (1 << 40, 1 << 40), "wraps": (1 << 32, 1 << 32, 6),
                   "huge": (1 << 50,), "most": (HUGE,), "least": (-HUGE - 1,),
                   "zero_overflow": (0, HUGE, HUGE), "many": (1,) * 3000 + (7,)}.items():
    changed(f"weight_dims_{name}", lambda m, g, t: set_list(t.dims, *dims))
for size in (0, 1, 23, 25, 48):
    changed(f"weight_bytes_{size}", lambda m, g, t: setattr(t, "raw_data", bytes(size)), INVALID)
changed("weight_no_data", lambda m, g, t: t.ClearField("raw_data"), INVALID)
for kind in (0, 8, 14, 15, 99, -3):
    changed(f"weight_type_{kind}", lambda m, g, t: setattr(t, "data_type", kind))
for kind in (11, 10, 16, 3, 7, 9, 17, 21, 22, 25):
    changed(f"weight_other_type_{kind}", lambda m, g, t: setattr(t, "data_type", kind))
changed("weight_segment", lambda m, g, t: t.segment.SetInParent(), INVALID)
changed("weight_two_fields", lambda m, g, t: (t.ClearField("raw_data"), t.int64_data.extend([1])),
        INVALID)
changed("weight_field_short", lambda m, g, t: (t.ClearField("raw_data"), t.float_data.extend([1])),
        INVALID)
changed("sparse_weight", lambda m, g, t: g.sparse_initializer.add(), UNSUPPORTED)

# --- external data ------------------------------------------------------------------------------
(folder / "weights.bin").write_bytes(np.ones(8, np.float32).tobytes())
(folder / "sub").mkdir()
(folder / "sub" / "weights.bin").write_bytes(np.ones(6, np.float32).tobytes())
os.symlink("weights.bin", folder / "link.bin")
os.symlink("sub", folder / "link")
os.mkfifo(folder / "pipe")
os.symlink("/dev/zero", folder / "zero.bin")


def external(tensor, location, offset=None, length=None):
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, entry in (("location", location), ("offset", offset), ("length", length)):
        if entry is not None:
            tensor.external_data.add(key=key, value=str(entry))


for name, arguments in {
        "missing": ("nowhere.bin",), "parent": ("../weights.bin",), "dots": ("sub/../weights.bin",),
        "absolute": (str(folder / "weights.bin"),), "passwd": ("/etc/passwd", 0, 24),
        "device": ("/dev/zero",), "link": ("link.bin",), "linked_folder": ("link/weights.bin",),
        "pipe": ("pipe",), "device_link": ("zero.bin",), "folder": ("sub",), "empty": ("",),
        "slash": ("/",), "dot": (".",), "none": (None,), "offset_behind": ("weights.bin", 100),
        "offset_partly": ("weights.bin", 16), "offset_negative": ("weights.bin", -4),
        "offset_text": ("weights.bin", "four"), "offset_huge": ("weights.bin", HUGE),
        "offset_overflow": ("weights.bin", "9" * 40), "length_long": ("weights.bin", 0, 48),
        "length_short": ("weights.bin", 0, 4), "length_negative": ("weights.bin", 0, -24),
        "length_huge": ("weights.bin", 8, HUGE), "nul": ("weights.bin\0",),
        "long": ("w" * 10_000,)}.items():
    changed(f"external_{name}", lambda m, g, t: external(t, *arguments), INVALID)
changed("external_huge", lambda m, g, t: (external(t, "weights.bin"), set_list(t.dims, 1 << 45)),
        INVALID)
changed("good_external", lambda m, g, t: external(t, "weights.bin", 8, 24), GOOD)
changed("good_external_below", lambda m, g, t: external(t, "sub/weights.bin"), GOOD)


# --- operators: arity, attributes, shapes -------------------------------------------------------
def one(name, op, inputs, codes=BAD, shapes=None, weights=(), outputs=("y",), opset=13,
        kind=TensorProto.FLOAT, **attributes):
    shapes = shapes or {"x": (1, 4, 8, 8)}
    node = helper.make_node(op, list(inputs), list(outputs), name=op.lower(), **attributes)
    save(name, model([node], [value(n, *s, kind=kind) for n, s in shapes.items()],
                     [helper.make_tensor_value_info(outputs[0], kind, None)], list(weights), opset),
         codes)


for op in ("Relu", "Add", "Conv", "Gemm", "MatMul", "MaxPool", "Softmax", "Reshape", "Concat",
           "BatchNormalization", "GlobalAveragePool", "Transpose", "Cast", "QuantizeLinear",
           "Gather", "Slice", "Where", "LSTM", "TopK", "Expand", "Pad", "Resize", "LayerNormalization"):
    one(f"arity_none_{op}", op, [])
    one(f"arity_nine_{op}", op, ["x"] * 19, INVALID if op != "Concat" else BAD + GOOD)
    one(f"arity_omitted_{op}", op, [""] * 2)
for op in ("Relu", "Add", "Conv", "Softmax", "Reshape"):
    one(f"arity_outputs_{op}", op, ["x", "x"] if op in ("Add", "Conv", "Reshape") else ["x"],
        outputs=("y", "z", "a"))

kernel = constant("k", np.ones((4, 4, 3, 3), np.float32))
for name, attributes in {
        "strides_zero": {"strides": [0, 0]}, "strides_negative": {"strides": [-1, 1]},
        "strides_huge": {"strides": [HUGE, HUGE]}, "strides_rank": {"strides": [1]},
        "dilations_zero": {"dilations": [0, 1]}, "dilations_huge": {"dilations": [HUGE, 2]},
        "dilations_large": {"dilations": [1 << 31, 1]}, "pads_rank": {"pads": [1, 1]},
        "pads_huge": {"pads": [HUGE] * 4}, "pads_negative": {"pads": [-9] * 4},
        "pads_large": {"pads": [1 << 30] * 4}, "group_zero": {"group": 0},
        "group_negative": {"group": -1}, "group_three": {"group": 3}, "group_huge": {"group": HUGE},
        "kernel_wrong": {"kernel_shape": [5, 5]}, "kernel_rank": {"kernel_shape": [3]},
        "auto_pad_unknown": {"auto_pad": "ALL"}, "strides_float": {"strides": [1.5, 2.0]},
        "group_text": {"group": "two"}, "pads_integer": {"pads": 3}}.items():
    one(f"conv_{name}", "Conv", ["x", "k"], weights=[kernel], **attributes)
for name, attributes in {
        "kernel_none": {}, "kernel_zero": {"kernel_shape": [0, 0]},
        "kernel_negative": {"kernel_shape": [-2, 2]}, "kernel_huge": {"kernel_shape": [HUGE, 1]},
        "kernel_rank": {"kernel_shape": [2, 2, 2]}, "kernel_large": {"kernel_shape": [9, 9]},
        "strides_zero": {"kernel_shape": [2, 2], "strides": [0, 1]},
        "pads_negative": {"kernel_shape": [2, 2], "pads": [-5, 0, -5, 0]}}.items():
    one(f"max_pool_{name}", "MaxPool", ["x"], **attributes)
for name, op, attributes in [
        ("axis_9", "Softmax", {"axis": 9}), ("axis_huge", "Softmax", {"axis": HUGE}),
        ("axis_least", "Softmax", {"axis": -HUGE - 1}), ("axis_text", "Softmax", {"axis": "last"}),
        ("axis_9", "Flatten", {"axis": 9}), ("twice", "Transpose", {"perm": [0, 0, 1, 2]}),
        ("short", "Transpose", {"perm": [1, 0]}), ("range", "Transpose", {"perm": [0, 1, 2, 9]}),
        ("least", "Transpose", {"perm": [-9, 0, 1, 2]}), ("unknown", "Cast", {"to": 99}),
        ("none", "Cast", {}), ("negative", "Cast", {"to": -1}), ("text", "Cast", {"to": "f32"}),
        ("nan", "LeakyRelu", {"alpha": "steep"}), ("text", "Elu", {"alpha": [1.0]})]:
    one(f"{op.lower()}_{name}", op, ["x"], **attributes)


def shaped(name, op, numbers, codes=BAD, kind=np.int64, **attributes):
    one(name, op, ["x", "n"], codes, weights=[constant("n", numbers, kind)], **attributes)


for name, numbers in {"two_wild": [-1, -1], "negative": [-2, 128], "huge": [HUGE, HUGE],
                      "mismatch": [7, 7], "zeros": [0, 0, 0, 0, 0], "overflow": [1 << 33, 1 << 33]}.items():
    shaped(f"reshape_{name}", "Reshape", numbers)
shaped("reshape_floats", "Reshape", [1.0, 256.0], kind=np.float32)
for name, numbers in {"huge": [HUGE], "large": [1 << 36], "negative": [-4], "exabytes": [1 << 20] * 3,
                      "wraps": [1 << 32, 1 << 32]}.items():
    one(f"constant_of_shape_{name}", "ConstantOfShape", ["n"], weights=[constant("n", numbers, np.int64)],
        shapes={"x": (1,)})
    shaped(f"expand_{name}", "Expand", [*numbers, 1, 4, 8, 8])
    shaped(f"tile_{name}", "Tile", [*numbers, 1, 1, 1, 1][:4])
    shaped(f"pad_{name}", "Pad", [numbers[0], 0, 0, 0, numbers[0], 0, 0, 0])
for name, (start, stop, step) in {"zero": (0, 5, 0), "huge": (0, HUGE, 1), "large": (0, 1 << 40, 1),
                                  "overflow": (-HUGE, HUGE, 1)}.items():
    one(f"range_{name}", "Range", ["a", "b", "c"], shapes={"x": (1,)},
        weights=[constant(n, v, np.int64) for n, v in zip("abc", (start, stop, step))])
for start, stop, step in ((0, 2, 0), (HUGE, -HUGE, -HUGE - 1)):
    one(f"slice_{start}_{step}", "Slice", ["x", "a", "b", "c", "d"], BAD + GOOD,
        weights=[constant("a", [start], np.int64), constant("b", [stop], np.int64),
                 constant("c", [1], np.int64), constant("d", [step], np.int64)])
for index in (9, -9, HUGE):
    shaped(f"gather_index_{index}", "Gather", [index], BAD + GOOD)
one("gather_constant_index", "Gather", ["w", "n"], shapes={"x": (1,)},
    weights=[constant("w", [1.0, 2.0], np.float32), constant("n", [7], np.int64)])
shaped("squeeze_axis", "Squeeze", [1])
shaped("squeeze_twice", "Squeeze", [0, 0])
shaped("unsqueeze_range", "Unsqueeze", [99])
one("matmul_inner", "MatMul", ["x", "z"], shapes={"x": (2, 3), "z": (4, 5)})
one("gemm_rank", "Gemm", ["x", "x"])
one("add_broadcast", "Add", ["x", "z"], shapes={"x": (2, 3), "z": (2, 4)})
one("add_types", "Add", ["x", "n"], weights=[constant("n", [1], np.int64)])
one("concat_shapes", "Concat", ["x", "z"], shapes={"x": (2, 3), "z": (4, 5)}, axis=0)
one("concat_no_axis", "Concat", ["x", "x"])
one("batch_norm_channels", "BatchNormalization", ["x", "n", "n", "n", "n"],
    weights=[constant("n", np.ones(3, np.float32))])
one("quantize_zero_types", "QuantizeLinear", ["x", "s", "n"],
    weights=[constant("s", 0.1, np.float32), constant("n", 0, np.float32)])
one("dequantize_scale", "DequantizeLinear", ["n", "s"], shapes={"x": (1,)},
    weights=[constant("s", [0.1, 0.2, 0.3], np.float32), constant("n", [[1], [2]], np.uint8)], axis=7)


# --- attributes ---------------------------------------------------------------------------------
def attributed(case, **fields):
    proto = copy.deepcopy(base)
    proto.graph.node[1].op_type = "Softmax"
    proto.graph.node[1].attribute.append(AttributeProto(**fields))
    save(f"attribute_{case}", proto, INVALID)


attributed("nameless", type=AttributeProto.INT, i=1)
attributed("typeless", name="axis", i=1)
attributed("reference", name="axis", ref_attr_name="outer", type=AttributeProto.INT)
attributed("kind", name="axis", type=AttributeProto.FLOAT, f=1.0)
attributed("nan", name="axis", type=AttributeProto.FLOAT, f=float("nan"))
attributed("tensor", name="axis", type=AttributeProto.TENSOR)
attributed("list", name="axis", type=AttributeProto.INTS, ints=[1, 2])
twice = copy.deepcopy(base)
twice.graph.node[1].attribute.extend([helper.make_attribute("axis", 1)] * 2)
save("attribute_twice", twice, INVALID)

# --- branches -----------------------------------------------------------------------------------
flag = constant("flag", np.array(True))


def branch(nodes, output="b", inputs=()):
    return helper.make_graph(nodes, "branch", list(inputs),
                             [helper.make_tensor_value_info(output, 1, None)])


def choice(name, codes, inputs=("flag",), outputs=("y",), weights=(flag,), **branches):
    save(f"if_{name}", model([helper.make_node("If", list(inputs), list(outputs), name="choice",
                                               **branches)], weights=list(weights)), codes)


relu = branch([helper.make_node("Relu", ["x"], ["b"])])
choice("no_branches", BAD)
choice("one_branch", BAD, then_branch=relu, weights=(), inputs=("x",))
choice("no_condition", INVALID, inputs=(), then_branch=relu, else_branch=relu)
choice("two_conditions", INVALID, inputs=("flag", "x"), then_branch=relu, else_branch=relu)
choice("text_branch", BAD, then_branch="relu", else_branch=relu)
choice("more_outputs", BAD, outputs=("y", "z"), then_branch=relu, else_branch=relu)
choice("float_condition", BAD, inputs=("x",), then_branch=relu, else_branch=relu)
choice("nowhere", INVALID, then_branch=branch([helper.make_node("Relu", ["q"], ["b"])]),
       else_branch=relu)
choice("cycle", INVALID, then_branch=branch([helper.make_node("Relu", ["b"], ["b"])]), else_branch=relu)
choice("own_output", INVALID, then_branch=branch([helper.make_node("Relu", ["y"], ["b"])]),
       else_branch=relu)
choice("inputs", INVALID, then_branch=branch([helper.make_node("Relu", ["x"], ["b"])],
                                             inputs=[value("i", 1)]), else_branch=relu)
deep = relu
for _ in range(25):
    deep = branch([helper.make_node("If", ["flag"], ["b"], then_branch=deep, else_branch=relu)])
choice("deep", BAD, then_branch=deep, else_branch=relu)
choice("good", GOOD, then_branch=relu, else_branch=relu)

# --- damage by seed -----------------------------------------------------------------------------
rng = random.Random(20)
for i in range(40):
    damaged = bytearray(raw)
    for _ in range(rng.randint(1, 6)):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    write(f"damaged_{i:02}", bytes(damaged), BAD + GOOD)

# --- valid, at the border -----------------------------------------------------------------------
changed("good", lambda m, g, t: None, GOOD)
changed("good_overridable", lambda m, g, t: g.input.append(value("w", 2, 3)), GOOD)
changed("good_field_data", lambda m, g, t: (t.ClearField("raw_data"), t.float_data.extend([1.0] * 6)),
        GOOD)
changed("good_unicode", lambda m, g, t: setattr(g.node[0], "name", "Schicht/α/層"), GOOD)
changed("good_unused_weight", lambda m, g, t: g.initializer.append(constant("spare", [1.0])), GOOD)
changed("good_reversed", lambda m, g, t: (g.node.append(g.node[0]), g.node.__delitem__(0)), GOOD)
changed("good_free", lambda m, g, t: setattr(tensor_type(g).shape.dim[0], "dim_param", "batch"), GOOD)
changed("good_newest", lambda m, g, t: (setattr(m, "ir_version", 14),
                                        setattr(m.opset_import[0], "version", 28)), GOOD)
changed("good_oldest", lambda m, g, t: (setattr(m, "ir_version", 3),
                                        setattr(m.opset_import[0], "version", 7)), GOOD)
changed("good_alias", lambda m, g, t: setattr(m.opset_import[0], "domain", "ai.onnx"), GOOD)
one("good_conv", "Conv", ["x", "k"], GOOD, weights=[kernel], pads=[1, 1, 1, 1])
shaped("good_reshape", "Reshape", [0, -1], GOOD)
long = [helper.make_node("Relu", ["x" if i == 0 else f"v{i}"], ["y" if i == 4999 else f"v{i + 1}"])
        for i in range(5000)]
save("good_long", model(long), GOOD)

bad = sum(0 not in codes for codes in expected.values())
assert bad >= 200, bad
(folder / "models.json").write_text(json.dumps(expected, indent=1))
print(f"{bad} malformed models, {len(expected) - bad} others")
