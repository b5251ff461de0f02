// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "harness/tune_state.h"

namespace paretune::harness {
namespace {

using Picks = std::map<std::string, Pick>;

/// A layer's pick with what its kernel takes.
struct Timed {
  Pick pick;
  double ns = 0;
};

/// Every pick of a layer whose kernel was measured, by time.
std::vector<Timed> timed_picks(const TuneState& state, const ModelPoints& points,
                               const LayerInfo& layer) {
  std::vector<Timed> list;
  for (const Pick& pick : points.picks(layer)) {
    if (const auto ns = kernel_time(state, layer, pick)) list.push_back({pick, *ns});
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Timed& a, const Timed& b) { return a.ns < b.ns; });
  return list;
}

struct Choices {
  std::vector<const LayerInfo*> layers;      ///< quantizable ones with a measured kernel
  std::vector<std::vector<Timed>> by_layer;  ///< fastest first
};

Choices all_choices(const TuneState& state, const ModelPoints& points) {
  Choices choices;
  for (const LayerInfo& layer : state.description.layers) {
    if (!layer.quantizable) continue;
    auto list = timed_picks(state, points, layer);
    if (list.empty()) continue;
    choices.layers.push_back(&layer);
    choices.by_layer.push_back(std::move(list));
  }
  return choices;
}

/// Each layer's fastest pick that `wanted` accepts, else its fastest.
template <typename Wanted>
Picks fastest(const Choices& choices, Wanted wanted) {
  Picks picks;
  for (std::size_t i = 0; i < choices.layers.size(); ++i) {
    const auto& list = choices.by_layer[i];
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const Timed& timed) { return wanted(timed.pick); });
    picks[choices.layers[i]->id] = found == list.end() ? list.front().pick : found->pick;
  }
  return picks;
}

std::size_t weight_bytes(const Pick& pick) {
  const model::Scheme* scheme = model::find_scheme(pick.scheme);
  if (scheme == nullptr) return sizeof(float);
  if (scheme->weight_tag().starts_with("s8")) return 1;
  return scheme->weight_tag() == "f32" ? sizeof(float) : 2;
}

/// Each layer's smallest weights; of those, the fastest.
Picks smallest(const Choices& choices) {
  Picks picks;
  for (std::size_t i = 0; i < choices.layers.size(); ++i) {
    const auto& list = choices.by_layer[i];
    const auto least = std::min_element(
        list.begin(), list.end(),
        [](const Timed& a, const Timed& b) { return weight_bytes(a.pick) < weight_bytes(b.pick); });
    picks[choices.layers[i]->id] = least->pick;
  }
  return picks;
}

/// From the fastest fp32 on, the layers that gain most by their fastest pick change first: after a
/// quarter, half and three quarters of them.
void add_steps(const Choices& choices, std::vector<Picks>& list) {
  const Picks exact = fastest(choices, [](const Pick& pick) { return pick.scheme == "fp32"; });
  std::vector<std::pair<double, std::size_t>> gains;
  for (std::size_t i = 0; i < choices.layers.size(); ++i) {
    const auto& timed = choices.by_layer[i];
    const auto before = std::find_if(timed.begin(), timed.end(), [&](const Timed& each) {
      return each.pick == exact.at(choices.layers[i]->id);
    });
    gains.emplace_back(timed.front().ns - before->ns, i);  // ascending: greatest gain first
  }
  std::sort(gains.begin(), gains.end());
  for (const std::size_t quarters : {1U, 2U, 3U}) {
    Picks picks = exact;
    for (std::size_t k = 0; k < gains.size() * quarters / 4; ++k) {
      const std::size_t i = gains[k].second;
      picks[choices.layers[i]->id] = choices.by_layer[i].front().pick;
    }
    list.push_back(std::move(picks));
  }
}

}  // namespace

std::vector<Configuration> measured_seeds(const TuneState& state, const ModelPoints& points) {
  const Choices choices = all_choices(state, points);
  if (choices.layers.empty()) return {};
  std::vector<Picks> list{fastest(choices, [](const Pick&) { return true; })};
  for (const std::string& device : state.study.devices) {
    list.push_back(fastest(choices, [&](const Pick& pick) { return pick.device == device; }));
  }
  list.push_back(smallest(choices));
  add_steps(choices, list);

  std::set<std::string> known;
  for (const Configuration& seed : points.seeds()) {
    if (const auto point = points.point_of(seed)) known.insert(points.space().text(*point));
  }
  std::vector<Configuration> seeds;
  for (const Picks& picks : list) {
    auto configuration = points.made_of(picks);
    if (!configuration || !known.insert(configuration->point).second) continue;
    configuration->origin = "seed";
    seeds.push_back(std::move(*configuration));
  }
  return seeds;
}

}  // namespace paretune::harness
