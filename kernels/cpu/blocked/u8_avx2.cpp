// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/blocked/float_avx2.h"
#include "kernels/cpu/blocked/tile.h"

namespace paretune::kernels {
namespace {

struct U8S8 {
  using Float = FloatAvx2;
  using Sum = __m256i;
  using Weights = __m256i;
  static constexpr int lanes = Float::lanes;
  static constexpr int registers = 16;
  static constexpr int group = 2;
  static constexpr int data_step_bytes = 4;  // two i16
  static constexpr int vector_bytes = sizeof(Weights);

  static Sum zero() { return _mm256_setzero_si256(); }
  static Weights load_weights(const char* from) {
    return _mm256_load_si256(reinterpret_cast<const Weights*>(from));
  }
  static Sum broadcast(const char* from) {
    int value = 0;
    __builtin_memcpy(&value, from, sizeof(value));
    return _mm256_set1_epi32(value);
  }
  static void multiply_add(Sum& sum, Sum value, Weights weights) {
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(value, weights));
  }
  struct Scaling {
    Scaling(const std::int32_t* from, const float* scales)
        : correction(_mm256_loadu_si256(reinterpret_cast<const Sum*>(from))),
          scale(Float::load(scales)) {}
    Float::V real(Sum sum) const {
      return Float::multiply(_mm256_cvtepi32_ps(_mm256_sub_epi32(sum, correction)), scale);
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

const MicroTable& u8_avx2() { return table; }

}  // namespace paretune::kernels
