// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// Activation fused into a layer's epilogue.
enum class Activation { none, relu };

/// The unit of choice: nodes fused without regard to any device (seam A of the design).
/// Computes activation(op(data, weight) + bias [+ residual]).
struct Layer {
  std::string id;                    ///< "L003/<anchor node name>"; stable for a given model file
  std::string family;                ///< "conv", "gemm", "max_pool", "global_average_pool" (all of
                                     ///< 1 or 2 spatial dimensions), "relu", "add", "view"
                                     ///< (Flatten/Reshape/Squeeze...: same bytes), or
                                     ///< "op:<OpType>" for what only the reference can run
  std::vector<std::size_t> nodes;    ///< indices into Graph::nodes, anchor (Conv, Gemm ...) first
  std::vector<std::string> inputs;   ///< activation values: data, then residual when `add`; for
                                     ///< other families all non-constant inputs in node order
  std::string output;                ///< the (first) value the last fused node produces
  std::vector<std::string> outputs;  ///< all of them in the node's order; "" where omitted
  std::string weight;                ///< initializer name, "" when the family has none
  bool weight_kn = false;  ///< the weight is stored [k,n] as MatMul has it, not [n,k] as Gemm
  std::string bias;        ///< initializer name or ""
  bool add = false;        ///< a residual is added before the activation
  Activation activation = Activation::none;

  /// True for families a precision scheme applies to (conv, gemm).
  bool quantizable() const { return family == "conv" || family == "gemm"; }
  /// True for a single operator that only its host reference runs.
  bool on_host() const { return family.starts_with("op:"); }
  /// Axis of the weight's output channels.
  std::size_t channel_axis() const { return weight_kn ? 1 : 0; }
};

/// Groups the nodes of a simplified graph into layers: Conv[+Add][+Relu], Gemm[+Relu] and
/// MatMul[+Add of a constant vector][+Relu] with a constant weight; everything else one layer per
/// node. Layers are in topological order and every node is in exactly one. A node is fused only
/// when nothing else reads the value between.
std::vector<Layer> make_layers(const Graph& graph);

/// "L003/name": a name make_layers() gave. It stays, so ids survive export and import.
bool is_layer_id(std::string_view name);

}  // namespace paretune::model
