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
  template <bool full>
  static V load_some(const float* from, int count) {
    if constexpr (full) return _mm512_loadu_ps(from);
    return _mm512_maskz_loadu_ps(some(count), from);
  }
  template <bool full>
  static void store(float* to, V value, int count) {
    if constexpr (full) {
      _mm512_storeu_ps(to, value);
    } else {
      _mm512_mask_storeu_ps(to, some(count), value);
    }
  }
  /// float(from[i] - zero)
  template <bool full>
  static V load_u8(const std::uint8_t* from, std::int32_t zero, int count) {
    const __m128i bytes = full ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(from))
                               : _mm_maskz_loadu_epi8(some(count), from);
    return _mm512_cvtepi32_ps(
        _mm512_sub_epi32(_mm512_cvtepu8_epi32(bytes), _mm512_set1_epi32(zero)));
  }
  /// round_even(value) + zero; the sum must lie in 0..255.
  template <bool full>
  static void store_u8(std::uint8_t* to, V value, std::int32_t zero, int count) {
    const __m512i level = _mm512_add_epi32(_mm512_cvtps_epi32(value), _mm512_set1_epi32(zero));
    const __m128i bytes = _mm512_cvtepi32_epi8(level);
    if constexpr (full) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    } else {
      _mm_mask_storeu_epi8(to, some(count), bytes);
    }
  }
};

}  // namespace
}  // namespace paretune::kernels

#endif  // __AVX512VL__
