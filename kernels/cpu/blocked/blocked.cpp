// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/blocked/blocked.h"

#include <fmt/core.h>
#include <omp.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <type_traits>

#include "devices/errors.h"
#include "kernels/cpu/blocked/packed.h"
#include "kernels/cpu/blocked/plan.h"
#include "kernels/cpu/blocked/space.h"

namespace paretune::kernels {
namespace {

/// Copies `count` elements, widening u8 to i16 where the tiles want it.
template <typename From, typename To>
void copy_row(const From* from, To* to, std::int64_t count) {
  if constexpr (std::is_same_v<From, To>) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(To));
  } else {
    for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(from[i]);
  }
}

/// One row of the padded image; `zero` is what stands for 0.
template <typename From, typename To>
void pad_row(const BlockedPlan& plan, const std::byte* input, std::byte* workspace,
             std::int64_t row, To zero) {
  const auto& at = plan.shape;
  const auto image = row / plan.padded_h, y = row % plan.padded_h - at.pad_t;
  const auto width = plan.padded_w * at.c;
  auto* to = reinterpret_cast<To*>(workspace) + row * width;
  if (y < 0 || y >= at.h) {
    std::fill(to, to + width, zero);
    return;
  }
  const auto* from = reinterpret_cast<const From*>(input) + (image * at.h + y) * at.w * at.c;
  std::fill(to, to + at.pad_l * at.c, zero);
  copy_row(from, to + at.pad_l * at.c, at.w * at.c);
  std::fill(to + (at.pad_l + at.w) * at.c, to + width, zero);
}

/// One execution: where everything lies.
struct Work {
  const BlockedPlan& plan;
  const BlockedPacked& packed;
  const std::byte* input;
  const std::byte* data;  ///< the input or its padded copy
  const std::byte* residual;
  std::byte* output;
  std::byte* padded;
  std::byte* sums;
};

void pad_rows(const Work& work, std::int64_t first, std::int64_t last) {
  const auto zero = work.packed.input().zero_point;
  for (auto row = first; row < last; ++row) {
    if (!work.plan.integer) {
      pad_row<float, float>(work.plan, work.input, work.padded, row, 0.0F);
    } else if (work.plan.table->data_bytes == 1) {
      pad_row<std::uint8_t, std::uint8_t>(work.plan, work.input, work.padded, row,
                                          static_cast<std::uint8_t>(zero));
    } else {
      pad_row<std::uint8_t, std::int16_t>(work.plan, work.input, work.padded, row,
                                          static_cast<std::int16_t>(zero));
    }
  }
}

EpilogueArguments epilogue_of(const Work& work) {
  const auto& plan = work.plan;
  EpilogueArguments at{};
  at.row = plan.shape.k;
  at.residual_scale = work.packed.residual().scale;
  at.residual_zero = work.packed.residual().zero_point;
  at.output_inverse = work.packed.output_inverse();
  at.output_zero = work.packed.output().zero_point;
  at.relu = plan.shape.relu;
  at.output_u8 = plan.output_u8;
  return at;
}

void finish(const Work& work, const Tile& tile, const Panel& panel, const void* sums,
            EpilogueArguments at) {
  const auto first = tile.pixel * at.row + panel.channel;
  at.sums = sums;
  at.mr = tile.mr;
  at.nr = panel.nr;
  at.channels = panel.channels;
  at.scale = work.packed.scale() + panel.channel;
  at.bias = work.packed.bias() + panel.channel;
  at.correction = work.packed.correction() + panel.channel;
  const std::int64_t residual_bytes = work.plan.integer ? 1 : sizeof(float);
  if (work.residual != nullptr) at.residual = work.residual + first * residual_bytes;
  at.output = work.output + first * (at.output_u8 ? 1 : std::int64_t{sizeof(float)});
  work.plan.table->epilogue(at);
}

/// All chunks of one block of tiles and panels.
void run_block(const Work& work, std::int64_t block, std::byte* sums) {
  const auto& plan = work.plan;
  const auto tile_begin = block % plan.tile_blocks() * plan.tiles_per_block;
  const auto panel_begin = block / plan.tile_blocks() * plan.panels_per_block;
  const auto tile_end = std::min<std::int64_t>(tile_begin + plan.tiles_per_block,
                                               static_cast<std::int64_t>(plan.tiles.size()));
  const auto panel_end = std::min<std::int64_t>(panel_begin + plan.panels_per_block,
                                                static_cast<std::int64_t>(plan.panels.size()));
  const auto epilogue = epilogue_of(work);
  // With one chunk every tile is finished at once and its sums reuse the same place.
  const auto step = plan.chunks.size() == 1 ? 0 : plan.tile_sums();
  for (const auto& chunk : plan.chunks) {
    const bool last = &chunk == &plan.chunks.back();
    auto* place = sums;
    for (auto p = panel_begin; p < panel_end; ++p) {
      const auto& panel = plan.panels[static_cast<std::size_t>(p)];
      const auto skipped = chunk.steps_before * panel.nr * plan.table->step_bytes;
      const auto* weights = work.packed.weights() + panel.weights_offset + skipped;
      for (auto t = tile_begin; t < tile_end; ++t, place += step) {
        const auto& tile = plan.tiles[static_cast<std::size_t>(t)];
        plan.table->multiply[tile.mr - 1][panel.nr - 1](
            {work.data + tile.data_offset, plan.pixel_stride, &plan.segments[chunk.first],
             static_cast<std::int64_t>(chunk.count), weights, place, chunk.steps_before != 0});
        if (last) finish(work, tile, panel, place, epilogue);
      }
    }
  }
}

/// The part of the work that falls to one of `threads` threads.
void run_blocks(const Work& work, int thread, int threads) {
  alignas(64) std::byte tile[std::size_t{32} * 64];  // any tile's sums: at most 32 registers
  const auto& plan = work.plan;
  auto* sums = plan.chunks.size() == 1
                   ? tile
                   : work.sums + static_cast<std::size_t>(thread) * plan.sums_bytes();
  const auto blocks = plan.tile_blocks() * plan.panel_blocks();
  for (auto block = blocks * thread / threads; block < blocks * (thread + 1) / threads; ++block) {
    run_block(work, block, sums);
  }
}

void run(const Work& work) {
  const auto& plan = work.plan;
  const auto rows = plan.copies_input ? plan.shape.n * plan.padded_h : 0;
  if (plan.threads == 1) {
    pad_rows(work, 0, rows);
    run_blocks(work, 0, 1);
    return;
  }
#pragma omp parallel num_threads(plan.threads)
  {
    // The runtime may grant fewer threads than asked for.
    const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
    pad_rows(work, rows * thread / threads, rows * (thread + 1) / threads);
#pragma omp barrier
    run_blocks(work, thread, threads);
  }
}

class BlockedExecutable : public Executable {
 public:
  BlockedExecutable(BlockedPlan plan, devices::Device& device)
      : plan_(std::move(plan)), device_(device) {}

  std::size_t workspace_bytes() const override {
    return plan_.input_bytes() + plan_.sums_bytes() * static_cast<std::size_t>(plan_.threads);
  }
  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return std::make_unique<BlockedPacked>(plan_, constants, device_);
  }
  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* workspace) override {
    assert(workspace != nullptr || workspace_bytes() == 0);
    auto* scratch = workspace == nullptr ? nullptr : workspace->host();
    const auto* input = inputs[0]->host();
    run({plan_, static_cast<const BlockedPacked&>(packed), input,
         plan_.copies_input ? scratch : input, plan_.shape.add ? inputs[1]->host() : nullptr,
         output.host(), scratch, scratch + plan_.input_bytes()});
  }
  std::string numerics() const override { return plan_.integer ? "u8s8_exact" : "direct"; }

 private:
  BlockedPlan plan_;
  devices::Device& device_;
};

class BlockedKernel : public Kernel {
 public:
  BlockedKernel(std::string_view name, std::string_view family) : name_(name), family_(family) {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "cpu"; }
  std::string version() const override { return "2"; }
  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (workload.family != family_) return std::nullopt;
    return blocked_space(workload, device);
  }
  model::Knobs default_knobs(const model::Workload& workload,
                             const devices::DeviceInfo& device) const override {
    return blocked_defaults(workload, device);
  }
  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& knobs,
                                    devices::Device& device) const override {
    const auto allowed = space(workload, device.info());
    const auto point = allowed ? allowed->point_of(knobs) : std::nullopt;
    if (!point || !allowed->valid(*point)) {
      throw devices::DeviceError(fmt::format("{} cannot take '{}' with knobs {}", name_,
                                             workload.key(), model::to_text(knobs)));
    }
    return std::make_unique<BlockedExecutable>(make_blocked_plan(workload, knobs, device.info()),
                                               device);
  }

 private:
  std::string_view name_, family_;
};

}  // namespace

std::unique_ptr<Kernel> conv_blocked() {
  return std::make_unique<BlockedKernel>("cpu.conv_blocked", "conv");
}
std::unique_ptr<Kernel> gemm_blocked() {
  return std::make_unique<BlockedKernel>("cpu.gemm_blocked", "gemm");
}

}  // namespace paretune::kernels
