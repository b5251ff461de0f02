// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// Each pass returns how many nodes it removed or changed. Outputs are unchanged (up to rounding of
/// folded constants); graph inputs and outputs keep their names.

/// Replaces nodes whose inputs are all constant by initializers.
std::size_t fold_constants(Graph& graph);
/// Replaces nodes by initializers whose results follow from shapes (Shape, Gather, Concat ... of
/// PyTorch exports). Infers shapes on its way and throws as infer_shapes() does.
std::size_t fold_shapes(Graph& graph);
/// Folds inference BatchNormalization into the Conv before it (ONNX BatchNormalization-15).
std::size_t fold_batch_norm(Graph& graph);
/// Replaces each If whose condition is constant by the nodes of the branch taken.
std::size_t inline_if(Graph& graph);
/// Drops Identity and inference Dropout nodes, nodes nothing reads and initializers nothing reads.
std::size_t remove_dead(Graph& graph);

/// Renames the constants "x" and "x_token_N": ONNX Runtime (seen in 1.32) calls what its
/// optimisations make so, writes the names into models it saves, and cannot load a model whose
/// constants have them already once it makes the same again. Not part of simplify(): for what is
/// written.
std::size_t rename_generated(Graph& graph);

/// All others to a fixed point, then canonicalize_gemm and infer_shapes.
void simplify(Graph& graph);

}  // namespace paretune::model
