// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

#include <cstdint>

// In an unnamed namespace on purpose: see tile.h. Empty for files compiled for less.
#if defined(__AVX512VL__)
namespace paretune::kernels {
namespace {

/// The epilogue's float arithmetic on 16 lanes.
struct FloatAvx512 {
  using V = __m512;
  static constexpr int lanes = 16;

  static __mmask16 some(int count) { return static_cast<__mmask16>((1U << count) - 1U); }
  static V set(float value) { return _mm512_set1_ps(value); }
  static V add(V a, V b) { return _mm512_add_ps(a, b); }
  static V multiply(V a, V b) { return _mm512_mul_ps(a, b); }
  static V max(V a, V b) { return _mm512_max_ps(a, b); }
  static V min(V a, V b) { return _mm512_min_ps(a, b); }
  static V load(const float* from) { return _mm512_loadu_ps(from); }
  static V load_some(const float* from, int count) {
    return _mm512_maskz_loadu_ps(some(count), from);
  }
  static void store_some(float* to, V value, int count) {
    _mm512_mask_storeu_ps(to, some(count), value);
  }
  /// float(from[i] - zero)
  static V load_u8(const std::uint8_t* from, std::int32_t zero, int count) {
    const __m512i wide = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(some(count), from));
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(wide, _mm512_set1_epi32(zero)));
  }
  /// round_even(value) + zero; the sum must lie in 0..255.
  static void store_u8(std::uint8_t* to, V value, std::int32_t zero, int count) {
    const __m512i level = _mm512_add_epi32(_mm512_cvtps_epi32(value), _mm512_set1_epi32(zero));
    _mm_mask_storeu_epi8(to, some(count), _mm512_cvtepi32_epi8(level));
  }
};

}  // namespace
}  // namespace paretune::kernels

#endif  // __AVX512VL__
