// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/graph.h"

namespace paretune::model {

/// Rewrites the nodes of a graph of an older operator set (9 or later) so that they mean the same
/// in set 13 and sets Graph::opset; does nothing when it is 13 or later. What ONNX moved from
/// attributes to inputs becomes constants (Changelog.md of onnx, versions 10 to 13). Needs
/// inferred shapes. Throws UnsupportedModel for nodes that have no like.
void raise_opset(Graph& graph);

}  // namespace paretune::model
