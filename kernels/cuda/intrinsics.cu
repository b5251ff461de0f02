// SPDX-License-Identifier: Apache-2.0
// Instructions without a name in CUDA C++ (PTX ISA 8.x). Tests that compile the kernels for the host
// bring their own.
#ifndef PARETUNE_HOST
#define SHARED_BYTES(name) extern __shared__ __align__(16) unsigned char name[]
#define MINUS_INFINITY __int_as_float(0xff800000)

// sum + four products of unsigned bytes of a and signed bytes of b (PTX "dp4a.u32.s32").
__device__ inline int dot4(int a, int b, int sum) {
  int out;
  asm("dp4a.u32.s32 %0, %1, %2, %3;" : "=r"(out) : "r"(a), "r"(b), "r"(sum));
  return out;
}

// Two floats rounded to nearest even, `low` in the low half (PTX "cvt.rn.f16x2.f32").
__device__ inline unsigned pack_halves(float low, float high) {
  unsigned out;
#if BFLOAT
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(out) : "f"(high), "f"(low));
#else
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(out) : "f"(high), "f"(low));
#endif
  return out;
}

// c += a * b on 16 x 8 x 16 values of one warp (PTX "mma.sync.aligned.m16n8k16"; its section "Matrix
// Fragments for mma.m16n8k16 with floating point type" says which lane holds what).
__device__ inline void multiply_tile(float* c, const unsigned* a, const unsigned* b) {
#if BFLOAT
#define MMA "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
#else
#define MMA "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
#endif
  asm volatile(MMA "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif
