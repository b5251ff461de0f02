// SPDX-License-Identifier: Apache-2.0
// f32 rounded to f16 (BFLOAT: bf16), two values a thread; COUNT may be odd.
extern "C" __global__ void to_half(const Arguments to) {
  const int i = (blockIdx.x * blockDim.x + threadIdx.x) * 2;
  if (i >= COUNT) return;
  const float* const x = (const float*)to.x;
  const unsigned packed = pack_halves(x[i], i + 1 < COUNT ? x[i + 1] : 0.0f);
  unsigned short* const y = (unsigned short*)to.partial;
  y[i] = (unsigned short)packed;
  if (i + 1 < COUNT) y[i + 1] = (unsigned short)(packed >> 16);
}
