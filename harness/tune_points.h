// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/protocol.h"
#include "harness/study.h"
#include "search/space.h"

namespace paretune::harness {

/// Where a layer runs and in which scheme.
struct Pick {
  std::string scheme = "fp32";
  std::string device = "cpu";
  friend bool operator==(const Pick&, const Pick&) = default;
};

/// A model-level point before kernels are resolved. `point` is what the store and resume go by.
struct Configuration {
  std::string point;
  std::string origin;                 ///< "baseline", "seed", "search"
  std::map<std::string, Pick> picks;  ///< every layer
  int threads = 1;
  bool tuned = true;  ///< kernels: the fastest measured, else the defaults
};

/// The model-level points of a study, as a pure function of the study and the description: no
/// timing enters. The study's rules for layers hold everywhere but in the baseline.
class ModelPoints {
 public:
  ModelPoints(const Study& study, const Description& description);

  /// fp32 on cpu with default kernels.
  Configuration baseline() const;
  /// One uniform candidate per scheme on the first device, and fp32 on each other device; default
  /// kernels.
  std::vector<Configuration> quick() const;
  /// Tuned kernels: every scheme on every device; all int8_channel but one layer (sensitivity);
  /// fp32 split between cpu and each other device after 1/3, 1/2 and 2/3 of the quantizable layers,
  /// both ways.
  std::vector<Configuration> seeds() const;

  /// Axes "<id>.scheme" and "<id>.device" per quantizable layer, of what has a default kernel;
  /// pairs without one are excluded by constraints. "threads" when there is a choice.
  const search::Space& space() const { return space_; }
  Configuration at(const search::Point& point) const;
  /// Schemes and devices a quantizable layer may use: it has a kernel and the study's rules allow.
  std::vector<Pick> picks(const LayerInfo& layer) const;
  /// The configuration with these picks of quantizable layers and tuned kernels, named as at()
  /// names it; nullopt when it lies outside the space.
  std::optional<Configuration> made_of(const std::map<std::string, Pick>& picks) const;
  /// The space's point of a configuration with tuned kernels; nullopt when it lies outside.
  std::optional<search::Point> point_of(const Configuration& configuration) const;

 private:
  bool allowed(const LayerInfo& layer, const Pick& pick) const;
  /// Layers under a rule of the study get the likest pick they may use.
  void obey(Configuration& configuration) const;
  std::vector<Configuration> obedient(std::vector<Configuration> list) const;
  bool usable(const std::string& layer, const std::string& scheme, const std::string& device) const;
  void add_axes(const LayerInfo& layer);
  Configuration uniform(const Pick& pick, bool tuned) const;
  /// Layers without a scheme of their own run fp32 where the layer before them runs, when that
  /// device can.
  void follow(Configuration& configuration) const;
  void add_sensitivity(std::vector<Configuration>& list) const;
  void add_splits(std::vector<Configuration>& list) const;

  const Study& study_;
  const Description& description_;
  std::vector<std::string> quantizable_;
  search::Space space_;
};

}  // namespace paretune::harness
