// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

#include <cstdint>

// In an unnamed namespace on purpose: see tile.h. Empty for files compiled for less.
#if defined(__AVX2__)
namespace paretune::kernels {
namespace {

/// The epilogue's float arithmetic on 8 lanes.
struct FloatAvx2 {
  using V = __m256;
  static constexpr int lanes = 8;

  static __m256i some(int count) {
    const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), index);
  }
  static V set(float value) { return _mm256_set1_ps(value); }
  static V add(V a, V b) { return _mm256_add_ps(a, b); }
  static V multiply(V a, V b) { return _mm256_mul_ps(a, b); }
  static V max(V a, V b) { return _mm256_max_ps(a, b); }
  static V min(V a, V b) { return _mm256_min_ps(a, b); }
  static V load(const float* from) { return _mm256_loadu_ps(from); }
  template <bool full>
  static V load_some(const float* from, int count) {
    if constexpr (full) return _mm256_loadu_ps(from);
    return _mm256_maskload_ps(from, some(count));
  }
  template <bool full>
  static void store(float* to, V value, int count) {
    if constexpr (full) {
      _mm256_storeu_ps(to, value);
    } else {
      _mm256_maskstore_ps(to, some(count), value);
    }
  }
  /// float(from[i] - zero)
  template <bool full>
  static V load_u8(const std::uint8_t* from, std::int32_t zero, int count) {
    std::uint64_t bytes = 0;
    __builtin_memcpy(&bytes, from, full ? sizeof(bytes) : static_cast<unsigned>(count));
    const __m256i wide = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(bytes)));
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(wide, _mm256_set1_epi32(zero)));
  }
  /// round_even(value) + zero; the sum must lie in 0..255.
  template <bool full>
  static void store_u8(std::uint8_t* to, V value, std::int32_t zero, int count) {
    const __m256i level = _mm256_add_epi32(_mm256_cvtps_epi32(value), _mm256_set1_epi32(zero));
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(level), _mm256_extracti128_si256(level, 1));
    const auto bytes =
        static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(words, words)));
    __builtin_memcpy(to, &bytes, full ? sizeof(bytes) : static_cast<unsigned>(count));
  }
};

}  // namespace
}  // namespace paretune::kernels

#endif  // __AVX2__
