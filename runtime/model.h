// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/candidate.h"
#include "model/graph.h"
#include "model/layer.h"
#include "model/quant/qdq.h"
#include "model/quant/scheme.h"

namespace paretune::runtime {

/// A model ready to be lowered: float graph, its layers and what is known of its quantization.
struct LoadedModel {
  model::Graph graph;  ///< simplified, shapes inferred, every dimension bound
  std::vector<model::Layer> layers;
  model::QuantParameters parameters;  ///< by value name; empty until calibrated
  std::map<std::string, model::QuantizedWeight>
      weights;                                 ///< exact stored weights by layer id (packages)
  std::map<std::string, std::string> schemes;  ///< by layer id, for models read from QDQ files
  std::string hash;                            ///< SHA-256 of the file (and of external data)
  std::string name;                            ///< file name without folder
  bool batch_is_free = false;                  ///< the file leaves an input's first dimension free

  /// Throws model::InvalidModel when there is none.
  const model::Layer& layer(const std::string& id) const;
};

/// Reads an ONNX file (float, or QDQ as insert_qdq writes it), binds free dimensions (absent names:
/// 1), simplifies and makes layers. Throws model::InvalidModel; model::UnsupportedModel, also for
/// values whose size depends on the data.
LoadedModel load_model(const std::filesystem::path& file,
                       const std::map<std::string, std::int64_t>& dims = {});

/// The same model with its first input dimension bound to `batch`; a batch the file fixes stays as
/// it is (LoadedModel::batch_is_free). Layer ids do not change.
LoadedModel with_batch(const std::filesystem::path& file,
                       const std::map<std::string, std::int64_t>& dims, std::int64_t batch);

/// The same float model with its free dimensions left free, when it then has the same layers as
/// `bound`; nullopt when binding changed them (shape arithmetic was folded) or nothing is free.
std::optional<LoadedModel> load_free(const std::filesystem::path& file, const LoadedModel& bound);

}  // namespace paretune::runtime
