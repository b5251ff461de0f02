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
#if OUT_U8
#define OUT uchar
#define FROM_FLOAT(v, scale, zero) \
  CONVERT(uchar)(clamp(rint((v) / (scale)) + (float)(zero), 0.0f, 255.0f))
#else
#define OUT float
#define FROM_FLOAT(v, scale, zero) (v)
#endif

// Affine quantization (ONNX QuantizeLinear-13) of data, residual and output; unused for f32.
#define QUANTIZATION                                                            \
  float in_scale, int in_zero, float residual_scale, int residual_zero, float out_scale, \
      int out_zero
