// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/graph.h"

namespace paretune::model {

/// What one node computes and moves, from its shapes alone.
struct NodeCost {
  /// Multiply-adds count two, every other arithmetic operation one; a transcendental (Exp, Erf,
  /// Tanh ...) counts one; data movement, comparisons of shapes and casts count none.
  double flops = 0;
  std::int64_t parameters = 0;  ///< elements of its constant inputs
  double bytes = 0;             ///< inputs, constants and outputs, each once
};

/// Needs inferred shapes; free dimensions count as 1.
NodeCost cost_of(const Graph& graph, const Node& node);

}  // namespace paretune::model
