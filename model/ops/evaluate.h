// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// Called with every value as it is computed (used by calibration).
using ValueObserver = std::function<void(const std::string& name, const Tensor& value)>;

/// Runs the whole graph on the host reference. `inputs` in graph order; returns the outputs in
/// graph order. Values are freed after their last use. Throws InvalidModel when an input's type or
/// shape does not fit, UnsupportedModel for operators without a reference.
std::vector<Tensor> evaluate(const Graph& graph, const std::vector<Tensor>& inputs,
                             const ValueObserver& observer = {});

/// Checks count, element types and shapes of `inputs` against the graph's declared inputs (free
/// dimensions accept any size); throws InvalidModel naming the input, what it is and what it should
/// be.
void check_inputs(const Graph& graph, const std::vector<Tensor>& inputs);

}  // namespace paretune::model
