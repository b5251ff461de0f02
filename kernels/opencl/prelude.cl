// SPDX-License-Identifier: Apache-2.0
// Types and quantization shared by every kernel. Sums are contracted only where fma() says so, so
// that the epilogue rounds like the host's.
#pragma OPENCL FP_CONTRACT OFF

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#if VEC == 1
#define VECTOR(type) type
#define VLOAD(p) (*(p))
#define VSTORE(v, p) (*(p) = (v))
#define CONVERT(type) JOIN(convert_, type)
#else
#define VECTOR(type) JOIN(type, VEC)
#define VLOAD(p) JOIN(vload, VEC)(0, p)
#define VSTORE(v, p) JOIN(vstore, VEC)(v, 0, p)
#define CONVERT(type) JOIN(JOIN(convert_, type), VEC)
#endif

typedef VECTOR(float) floats;
#if IN_U8
#define DATA uchar
#define TO_FLOAT(v, scale, zero) (CONVERT(float)(CONVERT(int)(v) - (zero)) * (scale))
#else
#define DATA float
#define TO_FLOAT(v, scale, zero) (v)
#endif
// Comparisons and conversions of one step each compile faster than the library's functions.
#define AT_LEAST(v, low) ((v) > (low) ? (v) : (floats)(low))
#define AT_MOST(v, high) ((v) < (high) ? (v) : (floats)(high))
#if OUT_U8
#define OUT uchar
// Limits are whole numbers, so saturating before rounding to even changes nothing; adding and
// subtracting 1.5 * 2^23 rounds what is smaller than 2^22.
inline VECTOR(uchar) from_float(floats v, float scale, int zero) {
  const floats steps = v / scale;
  const floats limited = AT_MOST(AT_LEAST(steps, (float)(-zero)), (float)(255 - zero));
  return CONVERT(uchar)(CONVERT(int)((limited + 12582912.0f) - 12582912.0f) + zero);
}
#else
#define OUT float
inline floats from_float(floats v, float scale, int zero) { return v; }
#endif

// Affine quantization (ONNX QuantizeLinear-13) of data, residual and output; unused for f32.
#define QUANTIZATION                                                            \
  float in_scale, int in_zero, float residual_scale, int residual_zero, float out_scale, \
      int out_zero
