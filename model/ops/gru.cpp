// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/recurrent.h"

namespace paretune::model {
namespace {

/// ONNX GRU-22 (and 7, 14); gates in the order z, r, h:
///   z = f(Wz x + Rz h + b)  r = f(Wr x + Rr h + b)  h' = (1 - z) n + z h
///   n = g(Wh x + Wbh + Rh (r h) + Rbh), with linear_before_reset g(Wh x + Wbh + r (Rh h + Rbh))
class GruCell {
 public:
  explicit GruCell(const Node& node)
      : linear_before_reset_(node.int_attribute("linear_before_reset", 0) != 0) {}

  static RecurrentKind kind() { return {"GRU", 3, {"Sigmoid", "Tanh"}, 2, false}; }

  template <typename T>
  void step(const RecurrentWeights<T>& weights, const std::vector<ActivationFunction>& activations,
            RecurrentState& state) const {
    const std::size_t size = state.hidden.size();
    add_product(weights.recurrence, weights.recurrence_bias, state.hidden.data(), 2 * size, size,
                state.gates.data());
    double* update = state.gates.data();
    double* reset = update + size;
    double* fresh = reset + size;
    double* scratch = state.scratch.data();
    for (std::size_t u = 0; u < 2 * size; ++u) update[u] = activations[0](update[u]);
    const T* recurrence = weights.recurrence + 2 * size * size;
    const T* bias =
        weights.recurrence_bias == nullptr ? nullptr : weights.recurrence_bias + 2 * size;
    if (linear_before_reset_) {
      std::fill_n(scratch, size, 0.0);
      add_product(recurrence, bias, state.hidden.data(), size, size, scratch);
      for (std::size_t u = 0; u < size; ++u) fresh[u] += reset[u] * scratch[u];
    } else {
      for (std::size_t u = 0; u < size; ++u) scratch[u] = reset[u] * state.hidden[u];
      add_product(recurrence, bias, scratch, size, size, fresh);
    }
    for (std::size_t u = 0; u < size; ++u) {
      state.hidden[u] = (1 - update[u]) * activations[1](fresh[u]) + update[u] * state.hidden[u];
    }
  }

 private:
  bool linear_before_reset_;
};

}  // namespace

std::unique_ptr<Operator> make_gru() { return std::make_unique<Recurrent<GruCell>>(); }

}  // namespace paretune::model
