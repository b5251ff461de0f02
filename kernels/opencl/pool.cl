// SPDX-License-Identifier: Apache-2.0
// Pooling over channels-last images, one work-item per output element.
#if AVERAGE
kernel void pool(global const DATA* restrict x, global const DATA* restrict residual,
                 global OUT* restrict y, QUANTIZATION) {
  const int i = get_global_id(0);
  if (i >= BATCH * C) return;
  global const DATA* p = x + i / C * (H * W * C) + i % C;
  float sum = 0.0f;
  for (int t = 0; t < H * W; ++t) sum += TO_FLOAT(p[t * C], in_scale, in_zero);
  const float mean = sum / (float)(H * W);
  y[i] = from_float(mean, out_scale, out_zero);
}
#else
kernel void pool(global const DATA* restrict x, global const DATA* restrict residual,
                 global OUT* restrict y, QUANTIZATION) {
  const int i = get_global_id(0);
  if (i >= BATCH * OH * OW * C) return;
  const int c = i % C, pixel = i / C;
  const int x0 = pixel % OW * STRIDE_W - PAD_L, y0 = pixel / OW % OH * STRIDE_H - PAD_T;
  global const DATA* image = x + pixel / (OW * OH) * (H * W * C) + c;
  float best = -INFINITY;
  for (int r = max(0, -y0); r < min(R, H - y0); ++r) {
    for (int s = max(0, -x0); s < min(S, W - x0); ++s) {
      best = fmax(best, TO_FLOAT(image[((y0 + r) * W + x0 + s) * C], in_scale, in_zero));
    }
  }
  y[i] = from_float(best, out_scale, out_zero);
}
#endif
