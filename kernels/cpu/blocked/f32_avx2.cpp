// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/blocked/float_avx2.h"
#include "kernels/cpu/blocked/tile.h"

namespace paretune::kernels {
namespace {

struct F32 {
  using Float = FloatAvx2;
  using Sum = __m256;
  using Weights = __m256;
  static constexpr int lanes = Float::lanes;
  static constexpr int registers = 16;
  static constexpr int group = 1;
  static constexpr int data_step_bytes = sizeof(float);
  static constexpr int vector_bytes = sizeof(Weights);

  static Sum zero() { return _mm256_setzero_ps(); }
  static Weights load_weights(const char* from) {
    return _mm256_load_ps(reinterpret_cast<const float*>(from));
  }
  static Sum broadcast(const char* from) {
    return Float::set(*reinterpret_cast<const float*>(from));
  }
  static void multiply_add(Sum& sum, Sum value, Weights weights) {
    sum = _mm256_fmadd_ps(value, weights, sum);
  }
  struct Scaling {
    Scaling(const std::int32_t* /*correction*/, const float* /*scale*/) {}
    Sum real(Sum sum) const { return sum; }
  };
  template <bool full>
  static Sum residual(const EpilogueArguments& at, std::int64_t element, int count) {
    return Float::load_some<full>(static_cast<const float*>(at.residual) + element, count);
  }
};

constexpr MicroTable table = make_table<F32>();

}  // namespace

const MicroTable& f32_avx2() { return table; }

}  // namespace paretune::kernels
