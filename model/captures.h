// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// Names a graph reads without producing them, in the order of their first use. In ONNX a branch of
/// If sees every value around it (IR spec, "Nested subgraphs").
std::vector<std::string> free_names(const Graph& graph);

/// Makes what the branches of an If capture its inputs and theirs (see Node). `branches` become the
/// attributes of `node`, sorted topologically.
void adopt_branches(Node& node, std::map<std::string, Graph> branches);

/// The branch under the names of the graph around it: input i becomes `captures[i]`, and every
/// value of its own whose name is in `taken` gets another. Adds all its names to `taken`.
Graph renamed(const Graph& branch, const std::vector<std::string>& captures,
              std::set<std::string>& taken);

/// Inputs of an If behind its condition.
std::vector<std::string> captures_of(const Node& node);

}  // namespace paretune::model
