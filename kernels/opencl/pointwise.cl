// SPDX-License-Identifier: Apache-2.0
// One work-item per element: convert (u8 <-> f32, requantise), relu, add [+ relu].
kernel void pointwise(global const DATA* restrict x, global const DATA* restrict residual,
                      global OUT* restrict y, QUANTIZATION) {
  const int i = get_global_id(0);
  if (i >= COUNT) return;
  float v = TO_FLOAT(x[i], in_scale, in_zero);
#if ADD
  v += TO_FLOAT(residual[i], residual_scale, residual_zero);
#endif
#if RELU
  v = AT_LEAST(v, 0.0f);
#endif
  y[i] = from_float(v, out_scale, out_zero);
}
