// SPDX-License-Identifier: Apache-2.0
// One thread per output element: convert (u8 <-> f32, requantise, NCHW <-> NHWC), relu, add [+ relu].
// LAYOUT: 0 as it lies, 1 NCHW to NHWC, 2 NHWC to NCHW (images of AREA pixels and C channels).
extern "C" __global__ void pointwise(const Arguments to) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= COUNT) return;
#if LAYOUT == 1
  const int from = i / (AREA * C) * (AREA * C) + i % C * AREA + i / C % AREA;
#elif LAYOUT == 2
  const int from = i / (AREA * C) * (AREA * C) + i % AREA * C + i / AREA % C;
#else
  const int from = i;
#endif
  float v = TO_FLOAT(((const data_t*)to.x)[from], to.in_scale, to.in_zero);
#if ADD
  v = v + TO_FLOAT(((const data_t*)to.residual)[i], to.residual_scale, to.residual_zero);
#endif
#if RELU
  v = fmaxf(v, 0.0f);
#endif
  ((out_t*)to.y)[i] = from_float(v, to);
}
