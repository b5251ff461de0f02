// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/blocked/float_avx512.h"
#include "kernels/cpu/blocked/tile.h"

namespace paretune::kernels {
namespace {

struct U8S8 {
  using Float = FloatAvx512;
  using Sum = __m512i;
  using Weights = __m512i;
  static constexpr int lanes = Float::lanes;
  static constexpr int registers = 32;
  static constexpr int group = 4;
  static constexpr int data_step_bytes = 4;  // four u8
  static constexpr int vector_bytes = sizeof(Weights);

  static Sum zero() { return _mm512_setzero_si512(); }
  static Weights load_weights(const char* from) {
    return _mm512_load_si512(reinterpret_cast<const Weights*>(from));
  }
  static Sum broadcast(const char* from) {
    int value = 0;
    __builtin_memcpy(&value, from, sizeof(value));
    return _mm512_set1_epi32(value);
  }
  static void multiply_add(Sum& sum, Sum value, Weights weights) {
    // Not the intrinsic: g++ 12 spills its accumulators when a tile fills the registers.
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(value), "v"(weights));
  }
  struct Scaling {
    Scaling(const std::int32_t* from, const float* scales)
        : correction(_mm512_loadu_si512(reinterpret_cast<const Sum*>(from))),
          scale(Float::load(scales)) {}
    Float::V real(Sum sum) const {
      return Float::multiply(_mm512_cvtepi32_ps(_mm512_sub_epi32(sum, correction)), scale);
    }
    Sum correction;
    Float::V scale;
  };
  template <bool full>
  static Float::V residual(const EpilogueArguments& at, std::int64_t element, int count) {
    const auto* from = static_cast<const std::uint8_t*>(at.residual) + element;
    const auto centred = Float::load_u8<full>(from, at.residual_zero, count);
    return Float::multiply(centred, Float::set(at.residual_scale));
  }
};

constexpr MicroTable table = make_table<U8S8>();

}  // namespace

const MicroTable& u8_avx512_vnni() { return table; }

}  // namespace paretune::kernels
