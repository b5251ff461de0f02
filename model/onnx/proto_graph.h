// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "model/graph.h"

namespace onnx {
class GraphProto;
}

namespace paretune::model {

/// The graph a GraphProto holds, nodes in the file's order, branches of If adopted; `depth` counts
/// the graphs around it. Throws InvalidModel, UnsupportedModel with `origin` in front.
Graph graph_of(const onnx::GraphProto& proto, std::string_view origin, std::int64_t opset,
               int depth);

}  // namespace paretune::model
