// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "kernels/conv_shape.h"
#include "kernels/cpu/loop_kernel.h"
#include "kernels/cpu/vector_loops.h"

namespace paretune::kernels {
namespace {

using model::ElementType;
using Table = std::array<std::uint8_t, 256>;

float* f32(std::byte* bytes) { return reinterpret_cast<float*>(bytes); }
std::uint8_t* u8(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }

/// What each u8 value becomes under other parameters, at least `floor`.
Table requantization(model::QuantParams from, model::QuantParams to, float floor) {
  std::array<std::uint8_t, 256> levels{};
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = static_cast<std::uint8_t>(i);
  std::array<float, 256> values{};
  dequantize(levels.data(), values.data(), values.size(), from);
  for (auto& value : values) value = std::max(value, floor);
  quantize(values.data(), levels.data(), values.size(), to);
  return levels;
}

void look_up(const Table& table, const std::uint8_t* from, std::uint8_t* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = table[from[i]];
}

bool both(const model::Workload& workload, std::string_view type) {
  return workload.tag("in") == type && workload.tag("out") == type;
}

void add_u8(const LoopArguments& at, std::size_t count, bool relu) {
  // Blocks small enough to stay in the first-level cache.
  constexpr std::size_t block = 1024;
  std::array<float, block> a{}, b{};
  for (std::size_t i = 0; i < count; i += block) {
    const auto some = std::min(block, count - i);
    dequantize(u8(at.inputs[0]->host()) + i, a.data(), some, at.input_params);
    dequantize(u8(at.inputs[1]->host()) + i, b.data(), some, at.residual_params);
    add(a.data(), b.data(), a.data(), some, relu);
    quantize(a.data(), u8(at.output) + i, some, at.output_params);
  }
}

Loop make_add(const model::Workload& workload) {
  if (workload.family != "add") return {};
  const auto count = static_cast<std::size_t>(workload.dim("count"));
  const auto found = workload.dims.find("relu");
  const bool relu = found != workload.dims.end() && found->second != 0;
  if (both(workload, "f32")) {
    return [=](const LoopArguments& at) {
      add(f32(at.inputs[0]->host()), f32(at.inputs[1]->host()), f32(at.output), count, relu);
    };
  }
  if (both(workload, "u8")) {
    return [=](const LoopArguments& at) { add_u8(at, count, relu); };
  }
  return {};
}

Loop make_relu(const model::Workload& workload) {
  if (workload.family != "relu") return {};
  const auto count = static_cast<std::size_t>(workload.dim("count"));
  if (both(workload, "f32")) {
    return [=](const LoopArguments& at) { relu(f32(at.inputs[0]->host()), f32(at.output), count); };
  }
  if (both(workload, "u8")) {
    return [=](const LoopArguments& at) {
      const auto table = requantization(at.input_params, at.output_params, 0.0F);
      look_up(table, u8(at.inputs[0]->host()), u8(at.output), count);
    };
  }
  return {};
}

/// [n][a][b] -> [n][b][a].
template <typename T>
void transpose(const T* from, T* to, std::int64_t n, std::int64_t a, std::int64_t b) {
  constexpr std::int64_t block = 16;  // a block of both sides stays in the first-level cache
  for (std::int64_t image = 0; image < n; ++image, from += a * b, to += a * b) {
    for (std::int64_t i0 = 0; i0 < a; i0 += block) {
      for (std::int64_t j0 = 0; j0 < b; j0 += block) {
        for (std::int64_t j = j0; j < std::min(j0 + block, b); ++j) {
          for (std::int64_t i = i0; i < std::min(i0 + block, a); ++i)
            to[j * a + i] = from[i * b + j];
        }
      }
    }
  }
}

/// A reorder [n][rows][columns] -> [n][columns][rows]; rows == 1 is a plain copy.
struct Reorder {
  std::int64_t n = 1, rows = 1, columns = 0;
  std::size_t count() const { return static_cast<std::size_t>(n * rows * columns); }
};

template <typename T>
void reorder(const T* from, T* to, const Reorder& at) {
  if (at.rows == 1 || at.columns == 1) {
    std::memcpy(to, from, at.count() * sizeof(T));
  } else {
    transpose(from, to, at.n, at.rows, at.columns);
  }
}

Reorder make_reorder(const model::Workload& workload) {
  const auto from = model::Port::parse(workload.tag("from")).layout;
  const auto to = model::Port::parse(workload.tag("to")).layout;
  if (workload.dims.count("n") == 0 || from == to) return {1, 1, workload.dim("count")};
  const auto n = workload.dim("n"), c = workload.dim("c");
  const auto area = workload.dim("h") * workload.dim("w");
  if (c == 1 || area == 1) return {1, 1, n * c * area};
  return to == "nhwc" ? Reorder{n, c, area} : Reorder{n, area, c};
}

/// Quantizes or dequantizes element by element in the order of the destination.
template <typename From, typename To, typename Convert>
void reorder_converted(const From* from, To* to, const Reorder& at, Convert convert) {
  if (at.rows == 1) {
    convert(from, to, at.count());
    return;
  }
  constexpr std::int64_t block = 16;
  std::array<From, block * block> gathered;
  std::array<To, block * block> converted;
  const auto plane = at.rows * at.columns;
  for (std::int64_t image = 0; image < at.n; ++image, from += plane, to += plane) {
    for (std::int64_t i0 = 0; i0 < at.rows; i0 += block) {
      const auto rows = std::min(block, at.rows - i0);
      for (std::int64_t j0 = 0; j0 < at.columns; j0 += block) {
        const auto columns = std::min(block, at.columns - j0);
        for (std::int64_t j = 0; j < columns; ++j) {
          for (std::int64_t i = 0; i < rows; ++i) {
            gathered[j * rows + i] = from[(i0 + i) * at.columns + j0 + j];
          }
        }
        convert(gathered.data(), converted.data(), static_cast<std::size_t>(rows * columns));
        for (std::int64_t j = 0; j < columns; ++j) {
          std::copy_n(&converted[j * rows], rows, &to[(j0 + j) * at.rows + i0]);
        }
      }
    }
  }
}

Loop convert_f32_u8(const Reorder& at) {
  return [at](const LoopArguments& arguments) {
    reorder_converted(f32(arguments.inputs[0]->host()), u8(arguments.output), at,
                      [&](const float* from, std::uint8_t* to, std::size_t count) {
                        quantize(from, to, count, arguments.output_params);
                      });
  };
}

Loop convert_u8_f32(const Reorder& at) {
  return [at](const LoopArguments& arguments) {
    reorder_converted(u8(arguments.inputs[0]->host()), f32(arguments.output), at,
                      [&](const std::uint8_t* from, float* to, std::size_t count) {
                        dequantize(from, to, count, arguments.input_params);
                      });
  };
}

Loop convert_u8_u8(const Reorder& at) {
  return [at](const LoopArguments& arguments) {
    auto* to = u8(arguments.output);
    reorder(u8(arguments.inputs[0]->host()), to, at);
    if (arguments.input_params == arguments.output_params) return;
    const auto table = requantization(arguments.input_params, arguments.output_params,
                                      -std::numeric_limits<float>::infinity());
    look_up(table, to, to, at.count());
  };
}

Loop make_convert(const model::Workload& workload) {
  if (workload.family != "convert") return {};
  const auto from = input_type(workload), to = output_type(workload);
  const auto at = make_reorder(workload);
  if (from == ElementType::f32 && to == ElementType::f32) {
    return [at](const LoopArguments& arguments) {
      reorder(f32(arguments.inputs[0]->host()), f32(arguments.output), at);
    };
  }
  if (from == ElementType::f32 && to == ElementType::u8) return convert_f32_u8(at);
  if (from == ElementType::u8 && to == ElementType::f32) return convert_u8_f32(at);
  if (from == ElementType::u8 && to == ElementType::u8) return convert_u8_u8(at);
  return {};
}

}  // namespace

std::unique_ptr<Kernel> add_kernel() { return loop_kernel("cpu.add", make_add); }
std::unique_ptr<Kernel> relu_kernel() { return loop_kernel("cpu.relu", make_relu); }
std::unique_ptr<Kernel> convert_kernel() { return loop_kernel("cpu.convert", make_convert); }

}  // namespace paretune::kernels
