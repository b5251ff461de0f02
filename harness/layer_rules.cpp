// SPDX-License-Identifier: Apache-2.0
#include "harness/layer_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/errors.h"
#include "harness/glob.h"
#include "harness/schema.h"

namespace paretune::harness {
namespace {

constexpr std::string_view kFamily = "family:";
constexpr std::size_t kShownIds = 3;

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> narrowed(const std::vector<LayerRule>& rules, const LayerInfo& layer,
                                  std::vector<std::string> left,
                                  std::vector<std::string> LayerRule::*choice) {
  for (const LayerRule& rule : rules) {
    if ((rule.*choice).empty() || !matches(rule, layer)) continue;
    std::erase_if(left, [&](const std::string& word) { return !contains(rule.*choice, word); });
  }
  return left;
}

/// Ids that share the longest beginning with the pattern; families when it asks for one.
std::string suggestion(const LayerRule& rule, const Description& description) {
  std::vector<std::string> known;
  const bool family = rule.match.starts_with(kFamily);
  for (const LayerInfo& layer : description.layers) {
    const std::string name = family ? fmt::format("{}{}", kFamily, layer.family) : layer.id;
    if (!contains(known, name)) known.push_back(name);
  }
  const auto shared = [&](const std::string& name) {
    const auto ends = std::mismatch(name.begin(), name.end(), rule.match.begin(), rule.match.end());
    return ends.first - name.begin();
  };
  std::stable_sort(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
    return shared(a) > shared(b);
  });
  if (!family && known.size() > kShownIds) known.resize(kShownIds);
  return fmt::format("{}", fmt::join(known, ", "));
}

void check_left(const std::vector<LayerRule>& rules, const LayerInfo& layer,
                const Description& description, const std::vector<std::string>& all_schemes,
                const std::vector<std::string>& all_devices) {
  std::string place;
  for (const LayerRule& rule : rules) {
    if (matches(rule, layer)) place = rule.place;
  }
  const auto schemes = allowed_schemes(rules, layer, all_schemes);
  const auto devices = allowed_devices(rules, layer, all_devices);
  for (const std::string& scheme : schemes) {
    for (const std::string& device : devices) {
      if (description.defaults.contains(fmt::format("{}|{}|{}", scheme, device, layer.id))) return;
    }
  }
  throw ConfigError(
      fmt::format("{}the rules leave the layer '{}' no kernel: schemes [{}] on devices [{}]", place,
                  layer.id, fmt::join(schemes, ", "), fmt::join(devices, ", ")));
}

}  // namespace

bool matches(const LayerRule& rule, const LayerInfo& layer) {
  if (rule.match.starts_with(kFamily)) {
    return glob(rule.match.substr(kFamily.size()), layer.family);
  }
  const auto slash = layer.id.find('/');
  return glob(rule.match, layer.id) ||
         (slash != std::string::npos && glob(rule.match, layer.id.substr(slash + 1)));
}

std::vector<std::string> allowed_schemes(const std::vector<LayerRule>& rules,
                                         const LayerInfo& layer,
                                         const std::vector<std::string>& all) {
  return narrowed(rules, layer, all, &LayerRule::schemes);
}

std::vector<std::string> allowed_devices(const std::vector<LayerRule>& rules,
                                         const LayerInfo& layer,
                                         const std::vector<std::string>& all) {
  return narrowed(rules, layer, all, &LayerRule::devices);
}

void check_rules(const std::vector<LayerRule>& rules, const Description& description,
                 const std::vector<std::string>& schemes, const std::vector<std::string>& devices) {
  for (const LayerRule& rule : rules) {
    const bool any = std::any_of(description.layers.begin(), description.layers.end(),
                                 [&](const LayerInfo& layer) { return matches(rule, layer); });
    if (any) continue;
    throw ConfigError(fmt::format("{}no layer matches '{}'; the nearest are {}", rule.place,
                                  rule.match, suggestion(rule, description)));
  }
  for (const LayerInfo& layer : description.layers) {
    const bool ruled = std::any_of(rules.begin(), rules.end(),
                                   [&](const LayerRule& rule) { return matches(rule, layer); });
    // Layers that keep fp32 run anywhere, with the reference if need be.
    if (ruled && layer.quantizable) check_left(rules, layer, description, schemes, devices);
  }
}

}  // namespace paretune::harness
