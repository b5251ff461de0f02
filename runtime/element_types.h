// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "devices/device.h"
#include "model/candidate.h"
#include "model/workload.h"
#include "runtime/model.h"

namespace paretune::runtime {

/// What a reader asks of a value: f32 (or the value's own type), or u8 and whose quantization
/// parameters.
struct Ask {
  model::ElementType type = model::ElementType::f32;
  std::string parameters_of;
  friend bool operator==(const Ask&, const Ask&) = default;
};

/// Element types of a model's activations under a choice per layer (same order as the layers).
class ElementTypes {
 public:
  /// Backward over the layers: a value is produced as u8 when every reader asks for it with the
  /// same parameters and its producer's kernel can. Max pooling and views pass u8 through, since
  /// they commute with the monotone quantization.
  ElementTypes(const LoadedModel& model, const std::vector<model::LayerChoice>& choices,
               const std::map<std::string, devices::DeviceInfo>& infos);

  /// What layer `index` asks of its input `name`. A quantized layer reads a value by that value's
  /// own parameters; others hand their reader's on.
  Ask ask(std::size_t index, const std::string& name) const;
  /// How layer `index` produces its output.
  const Ask& want(std::size_t index) const { return wants_.at(index); }

 private:
  Ask wanted(const std::string& name) const;
  void decide(std::size_t index);
  bool kernel_takes(std::size_t index) const;

  const LoadedModel& model_;
  const std::vector<model::LayerChoice>& choices_;
  const std::map<std::string, devices::DeviceInfo>& infos_;
  std::map<std::string, std::vector<std::size_t>> readers_;  ///< layers by the values they read
  std::vector<Ask> asks_, wants_;
};

/// Workload of a layer whose inputs and output have these types.
model::Workload step_workload(const LoadedModel& model, const model::Layer& layer,
                              const model::LayerChoice& choice, const Ask& ask, const Ask& want);

}  // namespace paretune::runtime
