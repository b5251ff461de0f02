// SPDX-License-Identifier: Apache-2.0
#include "model/passes/canonicalize_gemm.h"
#include "model/passes/passes.h"

namespace paretune::model {

void simplify(Graph& graph) {
  std::size_t changed = 1;
  while (changed > 0) {
    changed = inline_if(graph);
    changed += fold_constants(graph);
    changed += fold_batch_norm(graph);
    changed += remove_dead(graph);
    // Only when the others are done: it walks all shape rules.
    if (changed == 0) changed = fold_shapes(graph);
  }
  canonicalize_gemm(graph);
  infer_shapes(graph);
}

}  // namespace paretune::model
