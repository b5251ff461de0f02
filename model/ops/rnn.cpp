// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/recurrent.h"

namespace paretune::model {
namespace {

/// ONNX RNN-22 (and 7, 14): h' = f(W x + Wb + R h + Rb).
class RnnCell {
 public:
  explicit RnnCell(const Node&) {}

  static RecurrentKind kind() { return {"RNN", 1, {"Tanh"}, 1, false}; }

  template <typename T>
  void step(const RecurrentWeights<T>& weights, const std::vector<ActivationFunction>& activations,
            RecurrentState& state) const {
    const std::size_t size = state.hidden.size();
    add_product(weights.recurrence, weights.recurrence_bias, state.hidden.data(), size, size,
                state.gates.data());
    for (std::size_t u = 0; u < size; ++u) state.hidden[u] = activations[0](state.gates[u]);
  }
};

}  // namespace

std::unique_ptr<Operator> make_rnn() { return std::make_unique<Recurrent<RnnCell>>(); }

}  // namespace paretune::model
