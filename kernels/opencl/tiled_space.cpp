// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>

#include "kernels/knob_space.h"
#include "kernels/opencl/program.h"
#include "kernels/opencl/tiled_shape.h"

namespace paretune::kernels {
namespace {

constexpr std::int64_t most_accumulators = 32;  // vector registers of AVX-512; more would spill
constexpr std::int64_t most_unrolled = 128;  // multiply-adds in the loop body: bounds compile time
constexpr std::int64_t least_sharing = 8;    // work-items
constexpr std::array<std::int64_t, 3> depths = {8, 16, 32};  // bk

bool fits_int(const TiledShape& shape) {
  const auto limit = static_cast<double>(std::numeric_limits<std::int32_t>::max());
  const auto product = [](std::initializer_list<std::int64_t> factors) {
    double value = 1;
    for (const auto factor : factors) value *= static_cast<double>(factor);
    return value;
  };
  constexpr std::int64_t widest_block = 64;  // columns are padded to whole blocks
  return product({shape.n, shape.h, shape.w, shape.c}) < limit &&
         product({shape.n, shape.oh, shape.ow, shape.group, shape.kg()}) < limit &&
         product({shape.group, shape.kg() + widest_block, shape.cg(), shape.r, shape.s}) < limit;
}

bool supported_types(const model::Workload& workload) {
  const auto in = workload.tag("in");
  const auto weight = workload.tag("wei");
  const bool integer = in == "u8" && (weight == "s8_tensor" || weight == "s8_channel");
  return (integer || (in == "f32" && weight == "f32")) && supported_type(output_type(workload));
}

void add_constraints(search::Space& space, const TiledShape& shape,
                     const devices::DeviceInfo& device) {
  const std::int64_t element = shape.in_u8 ? 1 : 4;
  add_limit(space, {{1, {"wg_m", "wg_n"}}}, device.max_work_group,
            "a work group must not exceed the device's largest");
  add_limit(space, {{1, {"tm", "tn"}}}, most_accumulators, "accumulators must fit in registers");
  add_limit(space, {{1, {"tm", "tn", "ku"}}}, most_unrolled,
            "the unrolled body must stay small enough to compile quickly");
  add_limit(space, {{1, {"wg_m", "tm"}}}, next_power_of_two(shape.pixels()),
            "a work group must not be taller than the output pixels");
  add_limit(space, {{1, {"wg_n", "tn", "vec"}}}, next_power_of_two(shape.kg()),
            "a work group must not be wider than the output channels");
  add_limit(space,
            {{element, {"local", "bk", "wg_m", "tm"}},
             {element, {"local", "bk", "wg_n", "tn", "vec"}},
             {4, {"local", "wg_m", "tm"}}},
            device.local_memory_bytes, "the tiles must fit in local memory");
  add_limit(space, {{least_sharing, {"local"}}, {-1, {"wg_m", "wg_n"}}}, 0,
            "local memory is for work groups that share what they load");
  add_limit(space, {{1, {"bk"}}, {depths.front() - depths.back(), {"local"}}}, depths.front(),
            "bk means nothing without local memory, so it has one value there");
}

}  // namespace

std::optional<TiledShape> tiled_shape(const model::Workload& workload) {
  if (workload.family != "conv" && workload.family != "gemm") return std::nullopt;
  if (!supported_types(workload)) return std::nullopt;
  TiledShape shape{conv_shape(workload)};
  shape.in_u8 = workload.tag("in") == "u8";
  if (shape.group < 1 || shape.c % shape.group != 0 || shape.k % shape.group != 0)
    return std::nullopt;
  if (shape.pixels() < 1 || shape.c < 1 || shape.k < 1 || !fits_int(shape)) return std::nullopt;
  return shape;
}

TiledBlocks::TiledBlocks(const TiledShape& shape, const model::Knobs& knobs)
    : columns(knobs.at("tn") * knobs.at("vec")), blocks((shape.kg() + columns - 1) / columns) {}

search::Space tiled_space(const TiledShape& shape, const devices::DeviceInfo& device) {
  const auto rows = next_power_of_two(shape.pixels());
  const auto columns = next_power_of_two(shape.kg());
  search::Space space;
  add_axis(space, "wg_m", {1, 2, 4, 8, 16, 32},
           std::min<std::int64_t>(rows, device.max_work_group));
  add_axis(space, "wg_n", {1, 2, 4, 8, 16}, std::min<std::int64_t>(columns, device.max_work_group));
  add_axis(space, "tm", {1, 2, 4, 7, 8, 14, 16}, rows);
  add_axis(space, "tn", {1, 2, 3, 4}, columns);
  add_axis(space, "vec", {1, 2, 4, 8, 16}, columns);
  add_axis(space, "ku", {1, 2, 4, 8}, shape.cg());
  add_axis(space, "local", {0, 1}, device.local_memory_bytes > 0 ? 1 : 0);
  add_axis(space, "bk", {depths.begin(), depths.end()},
           std::max(depths.front(), next_power_of_two(shape.cg())));
  add_constraints(space, shape, device);
  return space;
}

model::Knobs tiled_defaults(const TiledShape& shape, const devices::DeviceInfo& device) {
  // The widest loads matter most.
  return grown_knobs(tiled_space(shape, device),
                     {{"vec", 16}, {"tm", 8}, {"wg_m", 4}, {"tn", 2}, {"ku", 2}});
}

}  // namespace paretune::kernels
