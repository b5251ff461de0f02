# SPDX-License-Identifier: Apache-2.0
"""low_bit_values.py FOLDER: what ml_dtypes and onnx make of numbers in types of 8 bits or less.

Tensors as .pb: inputs (f32, with NaN-free specials and ties); for each small float NAME_values (f32
of every code), NAME_codes and NAME_saturated (u8 of the inputs); for f8e8m0 also scales (f32) and
NAME_up, NAME_down, NAME_nearest (u8 of the scales); for integers NAME_packed and NAME_plain (i8).
"""
import pathlib
import sys

import ml_dtypes
import numpy as np
from onnx import numpy_helper

FLOATS = {
    "f8e4m3fn": ml_dtypes.float8_e4m3fn, "f8e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "f8e5m2": ml_dtypes.float8_e5m2, "f8e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
    "f4e2m1": ml_dtypes.float4_e2m1fn,
}
INTEGERS = {"u4": ml_dtypes.uint4, "i4": ml_dtypes.int4, "u2": ml_dtypes.uint2,
            "i2": ml_dtypes.int2}
folder = pathlib.Path(sys.argv[1])


def save(name, array):
    (folder / f"{name}.pb").write_bytes(numpy_helper.from_array(array).SerializeToString())


def values_of(dtype):
    size = 16 if dtype is ml_dtypes.float4_e2m1fn else 256
    return np.arange(size, dtype=np.uint8).view(dtype).astype(np.float32)


rng = np.random.default_rng(1)
known = np.concatenate([values_of(dtype) for dtype in FLOATS.values()])
known = np.unique(known[np.isfinite(known)])
ties = (known[1:] + known[:-1]) / 2
spread = np.exp2(rng.uniform(-20, 18, 4000)) * rng.choice([-1, 1], 4000)
inputs = np.concatenate([known, ties, np.nextafter(ties, np.float32(1e9)),
                         np.nextafter(ties, np.float32(-1e9)), spread, [0.0, -0.0, 1e30, -1e30],
                         [np.inf, -np.inf]]).astype(np.float32)
save("inputs", inputs)
with np.errstate(all="ignore"):
    for name, dtype in FLOATS.items():
        save(f"{name}_values", values_of(dtype))
        save(f"{name}_codes", inputs.astype(dtype).view(np.uint8))
        save(f"{name}_saturated", numpy_helper.saturate_cast(inputs, dtype).view(np.uint8))

save("f8e8m0_values", values_of(ml_dtypes.float8_e8m0fnu))
scales = np.concatenate([np.exp2(rng.uniform(-125, 127, 3000)), np.exp2(np.arange(-126.0, 128)),
                         1.5 * np.exp2(np.arange(-126.0, 127))]).astype(np.float32)
save("scales", scales)
for mode in ("up", "down", "nearest"):
    save(f"f8e8m0_{mode}", numpy_helper.to_float8e8m0(scales, True, mode).view(np.uint8))

for name, dtype in INTEGERS.items():
    info = ml_dtypes.iinfo(dtype)
    numbers = np.arange(int(info.min), int(info.max) + 1, dtype=np.int8)
    numbers = np.concatenate([numbers, numbers[1:]])  # an odd number of them
    save(f"{name}_packed", numbers.astype(dtype))
    save(f"{name}_plain", numbers)
