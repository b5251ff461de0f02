// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// One walk over a graph's nodes in order: what each value is and, for the small values shapes are
/// computed from (Shape, Gather, Concat ...), what it holds.
class Inference {
 public:
  /// Starts from the graph's inputs and initializers; clears graph.values.
  explicit Inference(Graph& graph);

  /// Fills graph.values for the node's outputs. Throws InvalidModel, UnsupportedModel, the node in
  /// front of the message.
  void run(const Node& node);

  /// The contents of a value no input's data can change, nullptr when not known.
  const Tensor* known(const std::string& value) const;

 private:
  void infer(const Node& node);
  void compute(const Node& node);
  void store(const Node& node, std::vector<Tensor> results);
  bool small(const Node& node) const;

  Graph& graph_;
  std::unordered_map<std::string, Tensor> computed_;
};

/// Throws UnsupportedModel naming all operators without a rule, in branches too.
void check_supported(const Graph& graph);

/// Quantized and bfloat16 weights stay as they are stored: remove_qdq() reads schemes from them.
bool keeps_stored_form(const Graph& graph, const Node& node);

}  // namespace paretune::model
