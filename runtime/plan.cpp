// SPDX-License-Identifier: Apache-2.0
#include "runtime/plan.h"

#include <fmt/core.h>

#include <algorithm>

namespace paretune::runtime {
namespace {

std::string describe(const Place& place) {
  return fmt::format("{} {} #{}", place.value, place.port.text(), place.slot);
}

std::size_t root_of(const Plan& plan, std::size_t index) {
  while (plan.places[index].alias_of >= 0) {
    index = static_cast<std::size_t>(plan.places[index].alias_of);
  }
  return index;
}

struct Slot {
  std::size_t bytes = 0;
  std::size_t free_from = 0;  ///< first step at which it may be written again
};

/// The free slot that wastes least, or grows least; slots.size() when a new one is better.
std::size_t best_slot(const std::vector<Slot>& slots, const Place& place) {
  std::size_t best = slots.size();
  std::size_t best_cost = place.bytes;  // what a new slot would cost
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].free_from > place.first) continue;
    const std::size_t growth = place.bytes > slots[i].bytes ? place.bytes - slots[i].bytes : 0;
    const bool tighter = growth == best_cost && best < slots.size() && growth == 0 &&
                         slots[i].bytes < slots[best].bytes;
    if (growth < best_cost || tighter) {
      best = i;
      best_cost = growth;
    }
  }
  return best;
}

}  // namespace

void assign_slots(Plan& plan) {
  for (std::size_t i = 0; i < plan.places.size(); ++i) {  // an alias keeps its root alive
    Place& root = plan.places[root_of(plan, i)];
    root.last = std::max(root.last, plan.places[i].last);
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < plan.places.size(); ++i) {
    if (plan.places[i].alias_of < 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plan.places[a].first < plan.places[b].first;
  });
  std::map<std::string, std::vector<Slot>> slots;
  for (const std::size_t index : order) {
    Place& place = plan.places[index];
    std::vector<Slot>& mine = slots[place.port.device];
    place.slot = best_slot(mine, place);
    if (place.slot == mine.size()) mine.emplace_back();
    Slot& slot = mine[place.slot];
    slot.bytes = std::max(slot.bytes, place.bytes);
    slot.free_from = place.last + 1;
  }
  plan.slot_bytes.clear();
  for (const auto& [device, list] : slots) {
    for (const Slot& slot : list) plan.slot_bytes[device].push_back(slot.bytes);
  }
  for (std::size_t i = 0; i < plan.places.size(); ++i) {
    plan.places[i].slot = plan.places[root_of(plan, i)].slot;
  }
}

std::string Plan::text() const {
  std::string out;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    std::string inputs_text;
    for (const std::size_t input : step.inputs) {
      inputs_text += (inputs_text.empty() ? "" : ", ") + describe(places[input]);
    }
    std::string outputs_text;
    for (const std::size_t output : step.outputs) {
      outputs_text += outputs_text.empty() ? "" : ", ";
      outputs_text += output == kNoPlace ? "-" : describe(places[output]);
    }
    const std::string knobs = model::to_text(step.knobs);
    out += fmt::format("{:3} {} [{}{}{}] {} -> {}\n", i, step.name, step.kernel,
                       knobs.empty() ? "" : " ", knobs, inputs_text, outputs_text);
  }
  for (const auto& [device, sizes] : slot_bytes) {
    std::size_t total = 0;
    for (const std::size_t bytes : sizes) total += bytes;
    out += fmt::format("arena {}: {} slots, {} bytes\n", device, sizes.size(), total);
  }
  return out;
}

}  // namespace paretune::runtime
