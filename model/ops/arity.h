// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/graph.h"

namespace paretune::model {

/// Throws InvalidModel when the node has more or fewer inputs or outputs than any version of its
/// operator takes (onnx.ai/onnx/operators). Operators without a row are let through.
void check_arity(const Node& node);

}  // namespace paretune::model
