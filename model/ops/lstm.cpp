// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/recurrent.h"

namespace paretune::model {
namespace {

/// ONNX LSTM-22 (and 7, 14); gates in the order i, o, f, c, peepholes i, o, f:
///   i = f(Wi x + Ri h + Pi c + b)    f = f(Wf x + Rf h + Pf c + b), 1 - i with input_forget
///   c' = f c + i g(Wc x + Rc h + b)  o = f(Wo x + Ro h + Po c' + b)  h' = o h(c')
/// Attribute clip bounds what f and g are given, not the cell state, as in ONNX Runtime.
class LstmCell {
 public:
  explicit LstmCell(const Node& node) : input_forget_(node.int_attribute("input_forget", 0) != 0) {}

  static RecurrentKind kind() { return {"LSTM", 4, {"Sigmoid", "Tanh", "Tanh"}, 2, true}; }

  template <typename T>
  void step(const RecurrentWeights<T>& weights, const std::vector<ActivationFunction>& activations,
            RecurrentState& state) const {
    const std::size_t size = state.hidden.size();
    add_product(weights.recurrence, weights.recurrence_bias, state.hidden.data(), 4 * size, size,
                state.gates.data());
    const auto &f = activations[0], &g = activations[1], &h = activations[2];
    const auto peephole = [&](std::size_t gate, std::size_t unit) -> double {
      return weights.peepholes == nullptr ? 0.0 : weights.peepholes[gate * size + unit];
    };
    const double* gates = state.gates.data();
    for (std::size_t u = 0; u < size; ++u) {
      const double before = state.cell[u];
      const double input = f(gates[u] + peephole(0, u) * before);
      const double forget =
          input_forget_ ? 1 - input : f(gates[2 * size + u] + peephole(2, u) * before);
      const double cell = forget * before + input * g(gates[3 * size + u]);
      const double output = f(gates[size + u] + peephole(1, u) * cell);
      state.cell[u] = cell;
      state.hidden[u] = output * h(cell);
    }
  }

 private:
  bool input_forget_;
};

}  // namespace

std::unique_ptr<Operator> make_lstm() { return std::make_unique<Recurrent<LstmCell>>(); }

}  // namespace paretune::model
