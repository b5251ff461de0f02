// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/blocked/space.h"

#include <algorithm>

#include "kernels/cpu/blocked/plan.h"

namespace paretune::kernels {
namespace {

using Values = std::vector<std::int64_t>;

/// The candidates below `limit`, and `limit` itself.
Values up_to(std::int64_t limit, const Values& candidates) {
  Values values;
  for (const auto value : candidates) {
    if (value < limit) values.push_back(value);
  }
  values.push_back(limit);
  return values;
}

struct Limits {
  ConvShape shape;
  const MicroTable* table = nullptr;
  std::int64_t vectors = 0, pixels = 0, reduction = 0;
};

Limits limits_of(const model::Workload& workload, const MicroTable& table) {
  Limits limits;
  limits.shape = flatten(conv_shape(workload));
  limits.table = &table;
  limits.vectors = (limits.shape.k + table.lanes - 1) / table.lanes;
  limits.pixels = limits.shape.n * limits.shape.oh * limits.shape.ow;
  // Counted in whole steps, so that the largest value means "in one go".
  const auto run = limits.shape.dilation_w == 1 ? limits.shape.s * limits.shape.c : limits.shape.c;
  const auto runs = limits.shape.r * limits.shape.s * limits.shape.c / run;
  limits.reduction = runs * ((run + table.group - 1) / table.group * table.group);
  return limits;
}

bool can_take(const model::Workload& workload, const devices::DeviceInfo& device) {
  if (workload.family != "conv" && workload.family != "gemm") return false;
  if (choose_table(workload, device) == nullptr) return false;
  const auto shape = conv_shape(workload);
  return shape.group == 1 && shape.input_count() > 0 && shape.output_count() > 0;
}

void add_constraints(search::Space& space, const MicroTable& table) {
  search::Constraint registers;
  registers.terms = {{1, {"mr", "nr"}}, {1, {"nr"}}};
  registers.limit = table.registers - 1;
  registers.why = "accumulators, weights and one broadcast must fit the vector registers";
  space.add(registers);
  search::Constraint pixels;
  pixels.terms = {{1, {"mr"}}, {-1, {"mc"}}};
  pixels.why = "a block of pixels holds at least one register tile";
  space.add(pixels);
  search::Constraint channels;
  channels.terms = {{table.lanes, {"nr"}}, {-1, {"nc"}}};
  channels.why = "a block of channels holds at least one register tile";
  space.add(channels);
}

/// Cycles per step of a tile: two multiply-adds per cycle that each take four, two loads per cycle.
double tile_cycles(std::int64_t mr, std::int64_t nr) {
  constexpr double latency = 4, ports = 2;
  const auto sums = static_cast<double>(mr * nr), loads = static_cast<double>(mr + nr);
  return std::max({sums / ports, loads / ports, latency});
}

/// Cycles per step of a whole row and all channels with this tile.
double row_cycles(const Limits& limits, std::int64_t mr, std::int64_t nr) {
  double cycles = 0;
  for (std::int64_t x = 0; x < limits.shape.ow; x += mr) {
    for (std::int64_t v = 0; v < limits.vectors; v += nr) {
      cycles += tile_cycles(std::min(mr, limits.shape.ow - x), std::min(nr, limits.vectors - v));
      // Starting and finishing a tile costs about this much of one step.
      cycles += 20.0 / static_cast<double>(limits.reduction);
    }
  }
  return cycles;
}

}  // namespace

std::optional<search::Space> blocked_space(const model::Workload& workload,
                                           const devices::DeviceInfo& device) {
  if (!can_take(workload, device)) return std::nullopt;
  const auto& table = *choose_table(workload, device);
  const auto limits = limits_of(workload, table);
  const auto widest = std::min<std::int64_t>(limits.shape.ow, MicroTable::max_mr);
  search::Space space;
  space.add({"mr", up_to(widest, {1, 2, 3, 4, 6, 7, 8, 10, 12, 14}), {}});
  space.add(
      {"nr", up_to(std::min<std::int64_t>(limits.vectors, MicroTable::max_nr), {1, 2, 3}), {}});
  space.add({"kc", up_to(limits.reduction, {64, 128, 256, 512, 1024, 2048}), {}});
  space.add({"mc", up_to(std::max(limits.pixels, widest), {14, 28, 56, 112, 224, 448, 1792}), {}});
  space.add({"nc", up_to(limits.vectors * table.lanes, {16, 32, 64, 128, 256, 512}), {}});
  space.add({"threads", up_to(std::max(1, device.compute_units), {1, 2, 4, 8, 16, 32, 64}), {}});
  add_constraints(space, table);
  return space;
}

model::Knobs blocked_defaults(const model::Workload& workload, const devices::DeviceInfo& device) {
  const auto space = blocked_space(workload, device).value();
  const auto& table = *choose_table(workload, device);
  const auto limits = limits_of(workload, table);
  const auto& axes = space.parameters();
  model::Knobs best;
  for (const auto& axis : axes) best[axis.name] = axis.values.back();
  best["threads"] = 1;
  double least = 0;
  bool first = true;
  for (const auto mr : axes[0].values) {
    for (const auto nr : axes[1].values) {
      if (!fits_registers(static_cast<int>(mr), static_cast<int>(nr), table.registers)) continue;
      const double cycles = row_cycles(limits, mr, nr);
      if (!first && cycles >= least) continue;
      first = false;
      least = cycles;
      best["mr"] = mr;
      best["nr"] = nr;
    }
  }
  return best;
}

}  // namespace paretune::kernels
