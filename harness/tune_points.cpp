// SPDX-License-Identifier: Apache-2.0
#include "harness/tune_points.h"

#include <fmt/format.h>

#include <algorithm>

namespace paretune::harness {
namespace {

const std::string kHost = "cpu";

/// Coefficients (of 1, x, x^2 ...) of the product of (x - r) for all r of 0..n-1 but `kept`.
std::vector<std::int64_t> zeros_but(std::int64_t n, std::int64_t kept) {
  std::vector<std::int64_t> coefficients{1};
  for (std::int64_t root = 0; root < n; ++root) {
    if (root == kept) continue;
    std::vector<std::int64_t> next(coefficients.size() + 1, 0);
    for (std::size_t power = 0; power < coefficients.size(); ++power) {
      next[power + 1] += coefficients[power];
      next[power] -= root * coefficients[power];
    }
    coefficients = std::move(next);
  }
  return coefficients;
}

std::int64_t value_at(const std::vector<std::int64_t>& coefficients, std::int64_t x) {
  std::int64_t value = 0;
  for (std::size_t power = coefficients.size(); power-- > 0;) {
    value = value * x + coefficients[power];
  }
  return value;
}

/// Forbids the one combination a = i, b = j: a product of linear factors that is 0 on every other
/// combination and positive on this one must be <= 0.
search::Constraint exclude(const search::Parameter& a, std::int64_t i, const search::Parameter& b,
                           std::int64_t j, std::string why) {
  const auto of_a = zeros_but(static_cast<std::int64_t>(a.values.size()), i);
  const auto of_b = zeros_but(static_cast<std::int64_t>(b.values.size()), j);
  const std::int64_t sign = value_at(of_a, i) * value_at(of_b, j) > 0 ? 1 : -1;
  search::Constraint constraint;
  for (std::size_t p = 0; p < of_a.size(); ++p) {
    for (std::size_t q = 0; q < of_b.size(); ++q) {
      if (of_a[p] * of_b[q] == 0) continue;
      search::Constraint::Term term{sign * of_a[p] * of_b[q], {}};
      term.factors.insert(term.factors.end(), p, a.name);
      term.factors.insert(term.factors.end(), q, b.name);
      constraint.terms.push_back(std::move(term));
    }
  }
  constraint.why = std::move(why);
  return constraint;
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

search::Parameter categorical(std::string name, const std::vector<std::string>& labels) {
  search::Parameter parameter{std::move(name), {}, labels};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    parameter.values.push_back(static_cast<std::int64_t>(i));
  }
  return parameter;
}

}  // namespace

ModelPoints::ModelPoints(const Study& study, const Description& description)
    : study_(study), description_(description) {
  for (const LayerInfo& layer : description.layers) {
    if (!layer.quantizable) continue;
    quantizable_.push_back(layer.id);
    add_axes(layer);
  }
  if (study.threads.size() > 1) {
    search::Parameter threads{"threads", {}, {}};
    threads.values.assign(study.threads.begin(), study.threads.end());
    space_.add(std::move(threads));
  }
}

bool ModelPoints::allowed(const LayerInfo& layer, const Pick& pick) const {
  return contains(allowed_schemes(study_.layers, layer, {pick.scheme}), pick.scheme) &&
         contains(allowed_devices(study_.layers, layer, {pick.device}), pick.device);
}

std::vector<Pick> ModelPoints::picks(const LayerInfo& layer) const {
  std::vector<Pick> list;
  for (const std::string& scheme : allowed_schemes(study_.layers, layer, study_.schemes)) {
    for (const std::string& device : allowed_devices(study_.layers, layer, study_.devices)) {
      if (usable(layer.id, scheme, device)) list.push_back({scheme, device});
    }
  }
  return list;
}

void ModelPoints::obey(Configuration& configuration) const {
  for (const LayerInfo& layer : description_.layers) {
    Pick& pick = configuration.picks[layer.id];
    const auto& rules = study_.layers;
    const bool ruled = std::any_of(rules.begin(), rules.end(),
                                   [&](const LayerRule& rule) { return matches(rule, layer); });
    if (!layer.quantizable || !ruled) continue;
    const auto list = picks(layer);
    if (std::find(list.begin(), list.end(), pick) != list.end()) continue;
    const auto likeness = [&](const Pick& other) {
      return 2 * (other.scheme == pick.scheme) + (other.device == pick.device);
    };
    const auto best = std::max_element(list.begin(), list.end(), [&](const Pick& a, const Pick& b) {
      return likeness(a) < likeness(b);
    });
    if (best != list.end()) pick = *best;
  }
}

bool ModelPoints::usable(const std::string& layer, const std::string& scheme,
                         const std::string& device) const {
  return description_.defaults.contains(fmt::format("{}|{}|{}", scheme, device, layer));
}

void ModelPoints::add_axes(const LayerInfo& layer) {
  const std::vector<Pick> possible = picks(layer);
  std::vector<std::string> schemes, devices;
  for (const Pick& pick : possible) {
    if (!contains(schemes, pick.scheme)) schemes.push_back(pick.scheme);
  }
  for (const std::string& device : study_.devices) {  // in the study's order
    const bool any = std::any_of(possible.begin(), possible.end(),
                                 [&](const Pick& pick) { return pick.device == device; });
    if (any) devices.push_back(device);
  }
  if (schemes.empty()) return;  // runs where nothing was chosen: fp32 on cpu
  const auto scheme_axis = categorical(layer.id + ".scheme", schemes);
  const auto device_axis = categorical(layer.id + ".device", devices);
  space_.add(scheme_axis);
  space_.add(device_axis);
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    for (std::size_t j = 0; j < devices.size(); ++j) {
      if (usable(layer.id, schemes[i], devices[j])) continue;
      space_.add(exclude(
          scheme_axis, static_cast<std::int64_t>(i), device_axis, static_cast<std::int64_t>(j),
          fmt::format("{} has no {} kernel for {}", devices[j], schemes[i], layer.id)));
    }
  }
}

void ModelPoints::follow(Configuration& configuration) const {
  std::string device = kHost;
  for (const LayerInfo& layer : description_.layers) {
    if (layer.quantizable) {
      device = configuration.picks[layer.id].device;
    } else {
      const bool here = usable(layer.id, "fp32", device) && allowed(layer, {"fp32", device});
      configuration.picks[layer.id] = {"fp32", here ? device : kHost};
    }
  }
}

Configuration ModelPoints::uniform(const Pick& pick, bool tuned) const {
  Configuration configuration;
  configuration.point = fmt::format("uniform scheme={} device={} kernels={}", pick.scheme,
                                    pick.device, tuned ? "tuned" : "default");
  configuration.origin = "seed";
  configuration.threads = study_.threads.front();
  configuration.tuned = tuned;
  for (const std::string& layer : quantizable_) configuration.picks[layer] = pick;
  follow(configuration);
  return configuration;
}

Configuration ModelPoints::baseline() const {
  Configuration configuration = uniform({}, false);
  configuration.point = configuration.origin = "baseline";
  return configuration;
}

/// Made to follow the study's rules for layers; what then says the same twice is dropped.
std::vector<Configuration> ModelPoints::obedient(std::vector<Configuration> list) const {
  if (study_.layers.empty()) return list;
  std::vector<Configuration> kept;
  for (Configuration& configuration : list) {
    obey(configuration);
    follow(configuration);
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Configuration& other) {
      return other.picks == configuration.picks;
    });
    if (!known) kept.push_back(std::move(configuration));
  }
  return kept;
}

std::vector<Configuration> ModelPoints::quick() const {
  std::vector<Configuration> list;
  for (const std::string& scheme : study_.schemes) {
    const Pick pick{scheme, study_.devices.front()};
    if (pick != Pick{}) list.push_back(uniform(pick, false));  // fp32 on cpu is the baseline
  }
  for (std::size_t i = 1; i < study_.devices.size(); ++i) {
    list.push_back(uniform({"fp32", study_.devices[i]}, false));
  }
  return obedient(std::move(list));
}

std::vector<Configuration> ModelPoints::seeds() const {
  std::vector<Configuration> list;
  for (const std::string& scheme : study_.schemes) {
    for (const std::string& device : study_.devices)
      list.push_back(uniform({scheme, device}, true));
  }
  add_sensitivity(list);
  add_splits(list);
  return obedient(std::move(list));
}

void ModelPoints::add_sensitivity(std::vector<Configuration>& list) const {
  if (!contains(study_.schemes, "int8_channel")) return;
  for (const std::string& layer : quantizable_) {
    const std::string& device = study_.devices.front();
    Configuration configuration = uniform({"int8_channel", device}, true);
    configuration.picks[layer].scheme = "fp32";
    configuration.point =
        fmt::format("all scheme=int8_channel device={} kernels=tuned but {} fp32", device, layer);
    list.push_back(std::move(configuration));
  }
}

void ModelPoints::add_splits(std::vector<Configuration>& list) const {
  const std::size_t n = quantizable_.size();
  for (const std::string& other : study_.devices) {
    if (other == kHost) continue;
    for (const std::size_t cut : {n / 3, n / 2, 2 * n / 3}) {
      if (cut == 0 || cut == n) continue;
      for (const bool host_first : {true, false}) {
        Configuration configuration = uniform({"fp32", kHost}, true);
        for (std::size_t i = 0; i < n; ++i) {
          if ((i < cut) != host_first) configuration.picks[quantizable_[i]].device = other;
        }
        follow(configuration);
        configuration.point =
            fmt::format("split scheme=fp32 device={} then={} at={} kernels=tuned",
                        host_first ? kHost : other, host_first ? other : kHost, cut);
        const bool known = std::any_of(list.begin(), list.end(), [&](const Configuration& seen) {
          return seen.point == configuration.point;  // small models: n / 3 may equal n / 2
        });
        if (!known) list.push_back(std::move(configuration));
      }
    }
  }
}

Configuration ModelPoints::at(const search::Point& point) const {
  Configuration configuration = uniform({}, true);
  configuration.point = space_.text(point);
  configuration.origin = "search";
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    const search::Parameter& parameter = space_.parameters()[axis];
    if (parameter.name == "threads") {
      configuration.threads = static_cast<int>(parameter.values[point[axis]]);
      continue;
    }
    const auto dot = parameter.name.rfind('.');
    Pick& pick = configuration.picks[parameter.name.substr(0, dot)];
    const std::string& label = parameter.labels[point[axis]];
    (parameter.name.substr(dot) == ".scheme" ? pick.scheme : pick.device) = label;
  }
  follow(configuration);
  return configuration;
}

std::optional<search::Point> ModelPoints::point_of(const Configuration& configuration) const {
  if (!configuration.tuned) return std::nullopt;
  search::Point point;
  for (const search::Parameter& parameter : space_.parameters()) {
    std::size_t index = parameter.values.size();
    if (parameter.name == "threads") {
      const auto& values = parameter.values;
      index = static_cast<std::size_t>(
          std::find(values.begin(), values.end(), configuration.threads) - values.begin());
    } else {
      const auto dot = parameter.name.rfind('.');
      const Pick& pick = configuration.picks.at(parameter.name.substr(0, dot));
      const auto& wanted = parameter.name.substr(dot) == ".scheme" ? pick.scheme : pick.device;
      const auto& labels = parameter.labels;
      index = static_cast<std::size_t>(std::find(labels.begin(), labels.end(), wanted) -
                                       labels.begin());
    }
    if (index == parameter.values.size()) return std::nullopt;
    point.push_back(static_cast<std::uint32_t>(index));
  }
  if (!space_.valid(point)) return std::nullopt;
  return point;
}

std::optional<Configuration> ModelPoints::made_of(const std::map<std::string, Pick>& picks) const {
  Configuration configuration = uniform({}, true);
  for (const auto& [layer, pick] : picks) configuration.picks[layer] = pick;
  const auto point = point_of(configuration);
  if (!point) return std::nullopt;
  return at(*point);
}

}  // namespace paretune::harness
