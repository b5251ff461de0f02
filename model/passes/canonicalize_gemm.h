// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "model/graph.h"

namespace paretune::model {

/// Brings each f32 Gemm with a constant B into the one form layers have: B is [n,k] with transB =
/// 1, alpha = beta = 1 (folded into the constants), C a vector [n] or absent. Returns how many
/// changed. Those it cannot bring there (C computed, or different per row) stay as they are.
std::size_t canonicalize_gemm(Graph& graph);

}  // namespace paretune::model
