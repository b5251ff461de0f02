// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "kernels/cuda/matrix_plan.h"
#include "kernels/knob_space.h"

namespace paretune::kernels {
namespace {

constexpr std::int64_t most_blocks_yz = 65535;  // CUDA C++ Programming Guide, compute capabilities
constexpr std::int64_t most_split = 8;
constexpr std::int64_t most_sums = 64;       // per thread, of 255 registers
constexpr std::int64_t most_sum_tiles = 32;  // of 4 sums per lane
constexpr std::int64_t most_fetched = 32;    // registers that hold the next tile

bool fits_int(const CudaShape& shape) {
  const auto limit = static_cast<double>(cuda_most_items);
  const auto product = [](std::initializer_list<std::int64_t> factors) {
    double value = 1;
    for (const auto factor : factors) value *= static_cast<double>(factor);
    return value;
  };
  constexpr std::int64_t widest_tile = 256;  // columns are padded to whole tiles
  return product({shape.n, shape.h, shape.w, shape.c}) < limit &&
         product({shape.n, shape.oh, shape.ow, shape.k}) < limit &&
         product({shape.group, shape.kg() + widest_tile, shape.cg(), shape.r, shape.s}) < limit &&
         shape.group * most_split <= most_blocks_yz && shape.kg() / 8 < most_blocks_yz;
}

std::optional<CudaArithmetic> arithmetic_of(const model::Workload& workload) {
  const auto in = workload.tag("in"), weight = workload.tag("wei");
  if (in == "u8" && (weight == "s8_tensor" || weight == "s8_channel")) return CudaArithmetic::u8s8;
  if (in != "f32") return std::nullopt;
  if (weight == "f32") return CudaArithmetic::f32;
  if (weight == "f16") return CudaArithmetic::f16;
  if (weight == "bf16") return CudaArithmetic::bf16;
  return std::nullopt;
}

/// vec, stages and split, which both programs have, and what limits them.
void add_common(search::Space& space, const CudaShape& shape) {
  const auto wide = 4 * shape.pack();
  const bool aligned = shape.c % wide == 0 && shape.cg() % wide == 0;
  space.add({"vec", aligned ? std::vector<std::int64_t>{1, 4} : std::vector<std::int64_t>{1}, {}});
  add_axis(space, "stages", {1, 2}, 2);
  add_axis(space, "split", {1, 2, 4, most_split}, most_split);
}

search::Space tiled_space(const CudaShape& shape, const devices::DeviceInfo& device) {
  const auto rows = next_power_of_two(shape.pixels());
  const auto columns = next_power_of_two(shape.kg());
  const auto depth = next_power_of_two(shape.depth());
  search::Space space;
  add_axis(space, "tx", {8, 16, 32}, columns);
  add_axis(space, "ty", {4, 8, 16, 32}, rows);
  add_axis(space, "tm", {1, 2, 4, 8}, rows);
  add_axis(space, "tn", {1, 2, 4, 8}, columns);
  add_axis(space, "bk", {4, 8, 16, 32}, depth);
  add_common(space, shape);
  add_limit(space, {{1, {"tx", "ty"}}}, std::min(device.max_work_group, 1024),
            "a block has at most 1024 threads");
  add_limit(space, {{1, {"tm", "tn"}}}, most_sums, "a thread's sums must fit in its registers");
  add_limit(space, {{1, {"tm", "bk"}}, {-most_fetched, {"tx"}}}, 0,
            "a thread holds what it fetches of the data in registers");
  add_limit(space, {{1, {"tn", "bk"}}, {-most_fetched, {"ty"}}}, 0,
            "a thread holds what it fetches of the weights in registers");
  add_limit(space,
            {{4, {"stages", "bk", "ty", "tm"}},
             {4, {"stages", "bk", "tx", "tn"}},
             {16, {"stages", "bk"}}},
            device.local_memory_bytes, "the tiles must fit in shared memory");
  add_limit(space, {{1, {"ty", "tm"}}}, std::max<std::int64_t>(rows, 4),
            "a block must not be taller than the output pixels");
  add_limit(space, {{1, {"tx", "tn"}}}, std::max<std::int64_t>(columns, 8),
            "a block must not be wider than the output channels");
  add_limit(space, {{1, {"split", "bk"}}}, std::max<std::int64_t>(depth, 4),
            "every part of the sum needs a step");
  return space;
}

search::Space tensor_space(const CudaShape& shape, const devices::DeviceInfo& device) {
  const auto rows = next_power_of_two(shape.pixels());
  const auto columns = next_power_of_two(shape.kg());
  const auto depth = next_power_of_two(shape.depth());
  search::Space space;
  add_axis(space, "warps_m", {1, 2, 4}, rows);
  add_axis(space, "warps_n", {1, 2, 4}, columns);
  add_axis(space, "tiles_m", {1, 2, 4}, rows);
  add_axis(space, "tiles_n", {1, 2, 4, 8}, columns);
  add_axis(space, "bk", {16, 32, 64}, depth);
  add_common(space, shape);
  add_limit(space, {{32, {"warps_m", "warps_n"}}}, std::min(device.max_work_group, 1024),
            "a block has at most 1024 threads");
  add_limit(space, {{1, {"tiles_m", "tiles_n"}}}, most_sum_tiles,
            "a warp's sums must fit in its registers");
  add_limit(space, {{1, {"tiles_m", "bk"}}, {-4 * most_fetched, {"warps_n"}}}, 0,
            "a thread holds what it fetches of the data in registers");
  add_limit(space, {{1, {"tiles_n", "bk"}}, {-8 * most_fetched, {"warps_m"}}}, 0,
            "a thread holds what it fetches of the weights in registers");
  add_limit(space,
            {{32, {"stages", "warps_m", "tiles_m", "bk"}},
             {256, {"stages", "warps_m", "tiles_m"}},
             {16, {"stages", "warps_n", "tiles_n", "bk"}},
             {128, {"stages", "warps_n", "tiles_n"}}},
            device.local_memory_bytes, "the tiles must fit in shared memory");
  add_limit(space, {{16, {"warps_m", "tiles_m"}}}, std::max<std::int64_t>(rows, 16),
            "a block must not be taller than the output pixels");
  add_limit(space, {{8, {"warps_n", "tiles_n"}}}, std::max<std::int64_t>(columns, 8),
            "a block must not be wider than the output channels");
  add_limit(space, {{1, {"split", "bk"}}}, std::max<std::int64_t>(depth, 16),
            "every part of the sum needs a step");
  return space;
}

}  // namespace

std::optional<CudaShape> cuda_shape(const model::Workload& workload) {
  if (workload.family != "conv" && workload.family != "gemm") return std::nullopt;
  const auto arithmetic = arithmetic_of(workload);
  if (!arithmetic || !supported_type(output_type(workload))) return std::nullopt;
  CudaShape shape{conv_shape(workload), *arithmetic};
  if (shape.group < 1 || shape.c % shape.group != 0 || shape.k % shape.group != 0) {
    return std::nullopt;
  }
  if (shape.pixels() < 1 || shape.c < 1 || shape.k < 1 || !fits_int(shape)) return std::nullopt;
  return shape;
}

search::Space cuda_matrix_space(const CudaShape& shape, const devices::DeviceInfo& device) {
  return shape.tensor() ? tensor_space(shape, device) : tiled_space(shape, device);
}

model::Knobs cuda_matrix_defaults(const CudaShape& shape, const devices::DeviceInfo& device) {
  const auto space = cuda_matrix_space(shape, device);
  // Wide loads and enough threads first, then work per thread.
  if (shape.tensor()) {
    return grown_knobs(space, {{"vec", 4},
                               {"bk", 32},
                               {"warps_m", 2},
                               {"warps_n", 2},
                               {"tiles_n", 4},
                               {"tiles_m", 2},
                               {"stages", 2}});
  }
  return grown_knobs(
      space, {{"vec", 4}, {"tx", 16}, {"ty", 16}, {"tn", 4}, {"tm", 4}, {"bk", 16}, {"stages", 2}});
}

CudaTiles::CudaTiles(const CudaShape& shape, const model::Knobs& knobs)
    : bk(knobs.at("bk")), split(knobs.at("split")) {
  std::int64_t stage_words = 0;
  if (shape.tensor()) {
    rows = knobs.at("warps_m") * knobs.at("tiles_m") * 16;
    columns = knobs.at("warps_n") * knobs.at("tiles_n") * 8;
    threads = knobs.at("warps_m") * knobs.at("warps_n") * 32;
    stage_words = (rows + columns) * (bk / 2 + 4);
  } else {
    rows = knobs.at("ty") * knobs.at("tm");
    columns = knobs.at("tx") * knobs.at("tn");
    threads = knobs.at("tx") * knobs.at("ty");
    stage_words = bk * (rows + 4 + columns);
  }
  row_tiles = (shape.pixels() + rows - 1) / rows;
  column_tiles = (shape.kg() + columns - 1) / columns;
  padded_depth = (shape.depth() + bk - 1) / bk * bk;
  shared_bytes = static_cast<std::size_t>(knobs.at("stages") * stage_words) * 4;
}

}  // namespace paretune::kernels
