// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cpu/blocked/micro.h"

// Included only by the files of one instruction set each. `Isa` must have internal linkage there,
// so that no instance of these templates is shared between instruction sets.
namespace paretune::kernels {

/// sums[mr][nr] (+)= data * weights. The tile reads pixels at a constant stride through one pointer
/// per three pixels: base, base + stride and base + 2 * stride are x86 addressing modes, so that 14
/// pixels need five registers.
template <class Isa, int mr, int nr>
void multiply_tile(const MicroArguments& at) {
  constexpr int bases = (mr + 2) / 3;
  typename Isa::Sum sums[mr][nr];
  auto* stored = static_cast<typename Isa::Sum*>(at.sums);
#pragma GCC unroll 16
  for (int t = 0; t < mr; ++t) {
#pragma GCC unroll 4
    for (int j = 0; j < nr; ++j) sums[t][j] = at.accumulate ? stored[t * nr + j] : Isa::zero();
  }
  const auto stride = at.pixel_stride;
  const auto* weights = static_cast<const char*>(at.weights);
  for (std::int64_t i = 0; i < at.segment_count; ++i) {
    const char* base[bases];
#pragma GCC unroll 5
    for (int b = 0; b < bases; ++b) {
      base[b] = static_cast<const char*>(at.data) + at.segments[i].offset_bytes + 3 * b * stride;
    }
    for (auto steps = at.segments[i].steps; steps > 0; --steps) {
      typename Isa::Weights vectors[nr];
#pragma GCC unroll 4
      for (int j = 0; j < nr; ++j) vectors[j] = Isa::load_weights(weights + j * Isa::vector_bytes);
#pragma GCC unroll 16
      for (int t = 0; t < mr; ++t) {
        const auto value = Isa::broadcast(base[t / 3] + (t % 3) * stride);
#pragma GCC unroll 4
        for (int j = 0; j < nr; ++j) Isa::multiply_add(sums[t][j], value, vectors[j]);
      }
#pragma GCC unroll 5
      for (int b = 0; b < bases; ++b) base[b] += Isa::data_step_bytes;
      weights += nr * Isa::vector_bytes;
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < mr; ++t) {
#pragma GCC unroll 4
    for (int j = 0; j < nr; ++j) stored[t * nr + j] = sums[t][j];
  }
}

/// One vector of outputs; `lanes` of them are valid.
template <class Isa>
inline void finish_vector(const EpilogueArguments& at, const typename Isa::Sum& sum,
                          std::int64_t channel, std::int64_t element, int lanes) {
  using Float = typename Isa::Float;
  auto y = Isa::real(sum, at.correction + channel, at.scale + channel);
  y = Float::add(y, Float::load(at.bias + channel));
  if (at.residual != nullptr) {
    y = Float::add(y, Isa::residual(at, element, lanes));
  }
  if (at.relu) y = Float::max(y, Float::set(0.0F));
  if (!at.output_u8) {
    Float::store_some(static_cast<float*>(at.output) + element, y, lanes);
    return;
  }
  const auto low = Float::set(static_cast<float>(-at.output_zero));
  const auto high = Float::set(static_cast<float>(255 - at.output_zero));
  y = Float::min(Float::max(Float::multiply(y, Float::set(at.output_inverse)), low), high);
  Float::store_u8(static_cast<std::uint8_t*>(at.output) + element, y, at.output_zero, lanes);
}

template <class Isa>
void finish_tile(const EpilogueArguments& from) {
  const EpilogueArguments at = from;
  const auto* sums = static_cast<const typename Isa::Sum*>(at.sums);
  for (int t = 0; t < at.mr; ++t) {
    for (int j = 0; j < at.nr; ++j) {
      const std::int64_t channel = std::int64_t{j} * Isa::lanes;
      const auto left = at.channels - channel;
      const int lanes = left < Isa::lanes ? static_cast<int>(left) : Isa::lanes;
      finish_vector<Isa>(at, sums[t * at.nr + j], channel, t * at.row + channel, lanes);
    }
  }
}

template <class Isa, int mr, int nr>
constexpr MicroTable::Multiply tile_if_it_fits() {
  if constexpr (fits_registers(mr, nr, Isa::registers)) {
    return multiply_tile<Isa, mr, nr>;
  } else {
    return nullptr;
  }
}

template <class Isa, int mr>
constexpr void fill_rows(MicroTable& table) {
  table.multiply[mr - 1][0] = tile_if_it_fits<Isa, mr, 1>();
  table.multiply[mr - 1][1] = tile_if_it_fits<Isa, mr, 2>();
  table.multiply[mr - 1][2] = tile_if_it_fits<Isa, mr, 3>();
  table.multiply[mr - 1][3] = tile_if_it_fits<Isa, mr, 4>();
  if constexpr (mr > 1) fill_rows<Isa, mr - 1>(table);
}

/// Every tile that fits the registers.
template <class Isa>
constexpr MicroTable make_table() {
  MicroTable table{};
  table.lanes = Isa::lanes;
  table.registers = Isa::registers;
  table.group = Isa::group;
  table.data_bytes = Isa::data_step_bytes / Isa::group;
  table.step_bytes = Isa::vector_bytes;
  table.epilogue = finish_tile<Isa>;
  fill_rows<Isa, MicroTable::max_mr>(table);
  return table;
}

}  // namespace paretune::kernels
