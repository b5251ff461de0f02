// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "harness/protocol.h"

namespace paretune::harness {

/// Narrows what the layers it matches may use (the study's `layers:`).
struct LayerRule {
  /// Shell pattern (fnmatch(3); * also crosses '/') of the layer's id "L000/<node>", of the node's
  /// name alone, or "family:<pattern>" of its family.
  std::string match;
  std::vector<std::string> schemes, devices;  ///< empty: as the study says
  std::string place;  ///< "file:12: ", for messages; no part of what the study is
};

bool matches(const LayerRule& rule, const LayerInfo& layer);

/// Of `all` those that every rule matching the layer allows.
std::vector<std::string> allowed_schemes(const std::vector<LayerRule>& rules,
                                         const LayerInfo& layer,
                                         const std::vector<std::string>& all);
std::vector<std::string> allowed_devices(const std::vector<LayerRule>& rules,
                                         const LayerInfo& layer,
                                         const std::vector<std::string>& all);

/// Throws ConfigError when a rule matches no layer (names the nearest ids), or when the rules leave
/// a layer nothing it has a kernel for.
void check_rules(const std::vector<LayerRule>& rules, const Description& description,
                 const std::vector<std::string>& schemes, const std::vector<std::string>& devices);

}  // namespace paretune::harness
