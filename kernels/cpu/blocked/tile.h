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
    for (int j = 0; j < nr; ++j) sums[t][j] = Isa::zero();
  }
  if (at.accumulate) {
#pragma GCC unroll 16
    for (int t = 0; t < mr; ++t) {
#pragma GCC unroll 4
      for (int j = 0; j < nr; ++j) sums[t][j] = stored[t * nr + j];
    }
  }
  const auto stride = at.pixel_stride;
  const auto* weights = static_cast<const char*>(at.weights);
  for (std::int64_t i = 0; i < at.segment_count; ++i) {
    const char* base[bases];
#pragma GCC unroll 5
    for (int b = 0; b < bases; ++b) {
      base[b] = static_cast<const char*>(at.data) + at.segments[i].offset_bytes +
                std::int64_t{3} * b * stride;
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

/// The outputs of one vector of channels, pixel after pixel. `full`: every lane is a channel.
template <class Isa, bool add, bool output_u8, bool full>
void finish_column(const EpilogueArguments& at, int column, int valid) {
  using Float = typename Isa::Float;
  const std::int64_t channel = std::int64_t{column} * Isa::lanes;
  const int lanes = full ? Isa::lanes : valid;
  const typename Isa::Scaling scaling(at.correction + channel, at.scale + channel);
  const auto bias = Float::load(at.bias + channel);
  // Without ReLU the floor is minus infinity: one instruction instead of a branch.
  const auto floor = Float::set(at.relu ? 0.0F : -__builtin_inff());
  const auto inverse = Float::set(at.output_inverse);
  const auto low = Float::set(static_cast<float>(-at.output_zero));
  const auto high = Float::set(static_cast<float>(255 - at.output_zero));
  const auto* sums = static_cast<const typename Isa::Sum*>(at.sums) + column;
  auto element = channel;
  for (int t = 0; t < at.mr; ++t, sums += at.nr, element += at.row) {
    auto y = Float::add(scaling.real(*sums), bias);
    if constexpr (add) y = Float::add(y, Isa::template residual<full>(at, element, lanes));
    y = Float::max(y, floor);
    if constexpr (output_u8) {
      y = Float::min(Float::max(Float::multiply(y, inverse), low), high);
      Float::template store_u8<full>(static_cast<std::uint8_t*>(at.output) + element, y,
                                     at.output_zero, lanes);
    } else {
      Float::template store<full>(static_cast<float*>(at.output) + element, y, lanes);
    }
  }
}

template <class Isa, bool add, bool output_u8>
void finish_columns(const EpilogueArguments& at) {
  for (int j = 0; j < at.nr; ++j) {
    const auto left = at.channels - std::int64_t{j} * Isa::lanes;
    if (left >= Isa::lanes) {
      finish_column<Isa, add, output_u8, true>(at, j, Isa::lanes);
    } else {
      finish_column<Isa, add, output_u8, false>(at, j, static_cast<int>(left));
    }
  }
}

template <class Isa>
void finish_tile(const EpilogueArguments& at) {
  if (at.residual != nullptr) {
    at.output_u8 ? finish_columns<Isa, true, true>(at) : finish_columns<Isa, true, false>(at);
  } else {
    at.output_u8 ? finish_columns<Isa, false, true>(at) : finish_columns<Isa, false, false>(at);
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
