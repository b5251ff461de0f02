// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/ops/mover.h"

namespace paretune::model {

/// Base of Flatten, Reshape, Squeeze, Unsqueeze: the same bytes under the shape the rule finds.
class View : public Mover {
 public:
  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    return {inputs[0]->reshaped(infer_from(*this, node, opset, inputs).at(0).shape)};
  }
};

}  // namespace paretune::model
