// SPDX-License-Identifier: Apache-2.0
#include "runtime/model.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "model/errors.h"
#include "model/onnx/reader.h"
#include "model/passes/passes.h"

namespace paretune::runtime {
namespace {

/// Our own exports name their layers' anchors by layer id and quantize by Q/DQ pairs or bfloat16
/// casts.
bool is_own_export(const model::Graph& graph) {
  const bool has_layer_ids =
      std::any_of(graph.nodes.begin(), graph.nodes.end(),
                  [](const model::Node& node) { return model::is_layer_id(node.name); });
  const bool has_precision =
      std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const model::Node& node) {
        return node.op_type == "DequantizeLinear" || node.op_type == "Cast";
      });
  return has_layer_ids && has_precision;
}

/// Memory is laid out before anything runs, so every size must be known by now.
void require_fixed_shapes(const model::Graph& graph, const std::string& file) {
  for (const model::Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      const model::Shape& shape = graph.values.at(output).shape;
      if (std::ranges::find(shape, -1) == shape.end()) continue;
      throw model::UnsupportedModel(fmt::format(
          "{}: the shape {} of '{}' (node '{}', {}) depends on the data; export the model with "
          "fixed sizes there, or end it before that node",
          file, model::to_text(shape), output, node.name, node.op_type));
    }
  }
}

bool leaves_batch_free(const model::Graph& graph) {
  return std::ranges::any_of(graph.inputs, [](const model::ValueInfo& input) {
    return !input.shape.empty() && input.shape[0] < 0;
  });
}

}  // namespace

const model::Layer& LoadedModel::layer(const std::string& id) const {
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const model::Layer& candidate) {
    return candidate.id == id;
  });
  if (found == layers.end()) {
    throw model::InvalidModel(fmt::format("{}: the model has no layer '{}'", name, id));
  }
  return *found;
}

LoadedModel load_model(const std::filesystem::path& file,
                       const std::map<std::string, std::int64_t>& dims) {
  LoadedModel loaded;
  const std::string bytes = model::read_model_bytes(file);
  loaded.hash = model::sha256(bytes);
  loaded.name = file.filename().string();
  loaded.graph = model::parse_onnx(bytes, file.string(), model::folder_of(file));
  if (!loaded.graph.external_hash.empty()) {
    loaded.hash = model::sha256(loaded.hash + loaded.graph.external_hash);
  }
  if (is_own_export(loaded.graph)) {
    model::Dequantized restored = model::remove_qdq(loaded.graph);
    loaded.graph = std::move(restored.graph);
    loaded.schemes = std::move(restored.schemes);
    loaded.parameters = std::move(restored.parameters);
    loaded.weights = std::move(restored.weights);
  }
  loaded.batch_is_free = leaves_batch_free(loaded.graph);
  model::bind_dimensions(loaded.graph, dims);
  try {
    model::simplify(loaded.graph);
  } catch (const model::UnsupportedModel& missing) {
    throw model::UnsupportedModel(fmt::format("{}: {}", file.string(), missing.what()));
  }
  require_fixed_shapes(loaded.graph, file.string());
  loaded.layers = model::make_layers(loaded.graph);
  return loaded;
}

LoadedModel with_batch(const std::filesystem::path& file,
                       const std::map<std::string, std::int64_t>& dims, std::int64_t batch) {
  std::map<std::string, std::int64_t> bound = dims;
  const model::Graph graph = model::read_onnx(file);
  for (const model::ValueInfo& input : graph.inputs) {
    if (!input.shape.empty() && input.shape[0] < 0 && !input.dim_names.empty()) {
      bound[input.dim_names[0]] = batch;
    }
  }
  return load_model(file, bound);
}

std::optional<LoadedModel> load_free(const std::filesystem::path& file, const LoadedModel& bound) {
  if (!bound.schemes.empty())
    return std::nullopt;  // a QDQ file: its own float graph is not the file's
  LoadedModel free;
  free.hash = bound.hash;
  free.name = bound.name;
  free.graph = model::read_onnx(file);
  const bool any_free = std::ranges::any_of(free.graph.inputs, [](const model::ValueInfo& input) {
    return std::ranges::find(input.shape, -1) != input.shape.end();
  });
  if (!any_free) return std::nullopt;
  try {
    model::simplify(free.graph);
    free.layers = model::make_layers(free.graph);
  } catch (const model::InvalidModel&) {
    return std::nullopt;  // a shape rule needs the bound size
  } catch (const model::UnsupportedModel&) {
    return std::nullopt;  // or cannot tell even the rank without it
  }
  const auto same = [](const model::Layer& a, const model::Layer& b) {
    return a.id == b.id && a.inputs == b.inputs && a.outputs == b.outputs;
  };
  if (!std::ranges::equal(free.layers, bound.layers, same)) return std::nullopt;
  return free;
}

}  // namespace paretune::runtime
