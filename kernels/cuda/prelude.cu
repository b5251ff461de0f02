// SPDX-License-Identifier: Apache-2.0
// Types and quantization shared by every kernel. Products and sums are contracted only where fmaf()
// says so (--fmad=false), so that the epilogue rounds like the host's.
typedef paretune::kernels::CudaArguments Arguments;
typedef unsigned char u8;

#if IN_U8
typedef u8 data_t;
#define TO_FLOAT(v, scale, zero) ((float)((int)(v) - (zero)) * (scale))
#else
typedef float data_t;
#define TO_FLOAT(v, scale, zero) (v)
#endif

#if OUT_U8
typedef u8 out_t;
__device__ inline out_t from_float(float v, const Arguments& to) {
  // Limits are whole numbers, so saturating before rounding to even changes nothing.
  const float low = (float)(-to.out_zero), high = (float)(255 - to.out_zero);
  const float steps = fminf(fmaxf(v / to.out_scale, low), high);
  return (out_t)((int)rintf(steps) + to.out_zero);
}
#else
typedef float out_t;
__device__ inline out_t from_float(float v, const Arguments&) { return v; }
#endif
