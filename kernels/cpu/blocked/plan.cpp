// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/blocked/plan.h"

#include <algorithm>

namespace paretune::kernels {
namespace {

constexpr std::size_t cache_line = 64;

std::size_t aligned(std::size_t bytes) {
  return (bytes + cache_line - 1) / cache_line * cache_line;
}

template <typename T>
T rounded_up(T value, T unit) {
  return (value + unit - 1) / unit;
}

/// Runs of the reduction: a kernel row at a time where its taps touch, else a tap at a time.
void make_segments(BlockedPlan& plan) {
  const auto& at = plan.shape;
  const std::int64_t bytes = plan.table->data_bytes;
  const auto row_bytes = plan.padded_w * at.c * bytes;
  const bool whole_rows = at.dilation_w == 1;
  const auto taps = whole_rows ? 1 : at.s;
  const auto run = whole_rows ? at.s * at.c : at.c;
  const auto steps = rounded_up<std::int64_t>(run, plan.table->group);
  for (std::int64_t r = 0; r < at.r; ++r) {
    for (std::int64_t s = 0; s < taps; ++s) {
      const auto offset = r * at.dilation_h * row_bytes + s * at.dilation_w * at.c * bytes;
      plan.segments.push_back({offset, steps});
    }
  }
  plan.steps = steps * static_cast<std::int64_t>(plan.segments.size());
}

/// Cuts the segments so that no chunk has more than `kc` products.
void make_chunks(BlockedPlan& plan, std::int64_t kc) {
  const auto limit = std::max<std::int64_t>(1, kc / plan.table->group);
  const std::int64_t step_bytes = std::int64_t{plan.table->data_bytes} * plan.table->group;
  std::vector<Segment> cut;
  std::int64_t in_chunk = 0, before = 0;
  plan.chunks = {Chunk{}};
  for (auto segment : plan.segments) {
    while (segment.steps > 0) {
      if (in_chunk == limit) {
        plan.chunks.push_back({cut.size(), 0, before});
        in_chunk = 0;
      }
      const auto part = std::min(segment.steps, limit - in_chunk);
      cut.push_back({segment.offset_bytes, part});
      ++plan.chunks.back().count;
      segment.offset_bytes += part * step_bytes;
      segment.steps -= part;
      in_chunk += part;
      before += part;
    }
  }
  plan.segments = std::move(cut);
}

void make_tiles(BlockedPlan& plan) {
  const auto& at = plan.shape;
  const std::int64_t bytes = plan.table->data_bytes;
  const auto row_bytes = plan.padded_w * at.c * bytes;
  for (std::int64_t image = 0; image < at.n; ++image) {
    for (std::int64_t oy = 0; oy < at.oh; ++oy) {
      for (std::int64_t ox = 0; ox < at.ow; ox += plan.mr) {
        const auto row = image * plan.padded_h + oy * at.stride_h;
        Tile tile;
        tile.data_offset = row * row_bytes + ox * plan.pixel_stride;
        tile.pixel = (image * at.oh + oy) * at.ow + ox;
        tile.mr = static_cast<int>(std::min<std::int64_t>(plan.mr, at.ow - ox));
        plan.tiles.push_back(tile);
      }
    }
  }
}

void make_panels(BlockedPlan& plan) {
  const std::int64_t lanes = plan.table->lanes;
  const auto vectors = plan.vectors();
  for (std::int64_t first = 0; first < vectors; first += plan.nr) {
    Panel panel;
    panel.nr = static_cast<int>(std::min<std::int64_t>(plan.nr, vectors - first));
    panel.channel = first * lanes;
    panel.channels = std::min(panel.nr * lanes, plan.shape.k - panel.channel);
    panel.weights_offset = first * plan.steps * plan.table->step_bytes;
    plan.panels.push_back(panel);
  }
}

}  // namespace

std::int64_t BlockedPlan::tile_blocks() const {
  return rounded_up(static_cast<std::int64_t>(tiles.size()), tiles_per_block);
}

std::int64_t BlockedPlan::panel_blocks() const {
  return rounded_up(static_cast<std::int64_t>(panels.size()), panels_per_block);
}

std::size_t BlockedPlan::tile_sums() const {
  return static_cast<std::size_t>(mr) * static_cast<std::size_t>(nr * table->lanes) * sizeof(float);
}

std::size_t BlockedPlan::input_bytes() const {
  if (!copies_input) return 0;
  const auto elements = static_cast<std::size_t>(shape.n * padded_h * padded_w * shape.c);
  // A tile's last step may read a few elements more; their weights are zero.
  return aligned(elements * static_cast<std::size_t>(table->data_bytes)) + cache_line;
}

std::size_t BlockedPlan::sums_bytes() const {
  if (chunks.size() == 1) return 0;
  return tile_sums() * static_cast<std::size_t>(tiles_per_block * panels_per_block);
}

ConvShape flatten(ConvShape shape) {
  const bool point =
      shape.r == 1 && shape.s == 1 && !shape.padded() && shape.stride_h == 1 && shape.stride_w == 1;
  if (!point) return shape;
  shape.w = shape.ow = shape.n * shape.h * shape.w;
  shape.n = shape.h = shape.oh = 1;
  shape.dilation_h = shape.dilation_w = 1;
  return shape;
}

const MicroTable* choose_table(const model::Workload& workload, const devices::DeviceInfo& device) {
  const auto in = workload.tag("in"), out = workload.tag("out"), weights = workload.tag("wei");
  if (device.kind != "cpu" || (out != "f32" && out != "u8")) return nullptr;
  const bool avx2 = device.has("avx2") && device.has("fma");
  if (in == "f32" && weights == "f32") {
    if (device.has("avx512f")) return &f32_avx512();
    return avx2 ? &f32_avx2() : nullptr;
  }
  if (in == "u8" && weights.starts_with("s8_")) {
    if (device.has("avx512_vnni")) return &u8_avx512_vnni();
    return avx2 ? &u8_avx2() : nullptr;
  }
  return nullptr;
}

BlockedPlan make_blocked_plan(const model::Workload& workload, const model::Knobs& knobs,
                              const devices::DeviceInfo& device) {
  BlockedPlan plan;
  plan.shape = flatten(conv_shape(workload));
  plan.table = choose_table(workload, device);
  plan.integer = workload.tag("in") == "u8";
  plan.output_u8 = workload.tag("out") == "u8";
  plan.mr = static_cast<int>(knobs.at("mr"));
  plan.nr = static_cast<int>(knobs.at("nr"));
  plan.threads = static_cast<int>(knobs.at("threads"));
  const auto& at = plan.shape;
  plan.padded_h = at.h + at.pad_t + at.pad_b;
  plan.padded_w = at.w + at.pad_l + at.pad_r;
  plan.pixel_stride = at.stride_w * at.c * plan.table->data_bytes;
  const auto run = at.dilation_w == 1 ? at.s * at.c : at.c;
  const bool widened = plan.integer && plan.table->data_bytes != 1;
  plan.copies_input = at.padded() || widened || run % plan.table->group != 0;
  make_segments(plan);
  make_chunks(plan, knobs.at("kc"));
  make_tiles(plan);
  make_panels(plan);
  plan.tiles_per_block = std::clamp<std::int64_t>(knobs.at("mc") / plan.mr, 1,
                                                  static_cast<std::int64_t>(plan.tiles.size()));
  plan.panels_per_block =
      std::clamp<std::int64_t>(knobs.at("nc") / (std::int64_t{plan.nr} * plan.table->lanes), 1,
                               static_cast<std::int64_t>(plan.panels.size()));
  return plan;
}

}  // namespace paretune::kernels
