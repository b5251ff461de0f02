// SPDX-License-Identifier: Apache-2.0
// Pooling over channels-last images, one thread per output element.
extern "C" __global__ void pool(const Arguments to) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
#if AVERAGE
  if (i >= BATCH * C) return;
  const data_t* p = (const data_t*)to.x + i / C * (H * W * C) + i % C;
  float sum = 0.0f;
  for (int t = 0; t < H * W; ++t) sum += TO_FLOAT(p[t * C], to.in_scale, to.in_zero);
  ((out_t*)to.y)[i] = from_float(sum / (float)(H * W), to);
#else
  if (i >= BATCH * OH * OW * C) return;
  const int c = i % C, pixel = i / C;
  const int x0 = pixel % OW * STRIDE_W - PAD_L, y0 = pixel / OW % OH * STRIDE_H - PAD_T;
  const data_t* image = (const data_t*)to.x + pixel / (OW * OH) * (H * W * C) + c;
  float best = MINUS_INFINITY;
  for (int r = max(0, -y0); r < min(R, H - y0); ++r) {
    for (int s = max(0, -x0); s < min(S, W - x0); ++s) {
      best = fmaxf(best, TO_FLOAT(image[((y0 + r) * W + x0 + s) * C], to.in_scale, to.in_zero));
    }
  }
  ((out_t*)to.y)[i] = from_float(best, to);
#endif
}
