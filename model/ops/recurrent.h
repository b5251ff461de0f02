// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "model/ops/dispatch.h"
#include "model/ops/rules.h"

namespace paretune::model {

/// What RNN, GRU and LSTM differ in before any arithmetic.
struct RecurrentKind {
  std::string_view op_type;
  std::int64_t gates = 1;
  /// Names and order of attribute 'activations' for one direction.
  std::vector<std::string> activations;
  /// So many of them, from the first on, have their inputs clipped by attribute 'clip'.
  std::size_t clipped = 1;
  bool has_cell = false;  ///< inputs initial_c and P, output Y_c
};

using ActivationFunction = std::function<double(double)>;

/// Attributes and sizes of one node, checked (ONNX RNN-22, GRU-22, LSTM-22).
struct RecurrentPlan {
  std::int64_t sequence = 0, batch = 0, input = 0, hidden = 0, directions = 1;
  bool batch_first = false;  ///< layout 1
  bool reverse = false;      ///< the only direction runs backwards
  double clip = std::numeric_limits<double>::infinity();
  /// For each direction those the kind names, with the clipping in front.
  std::vector<std::vector<ActivationFunction>> activations;
};

/// Throws InvalidModel when attributes and shapes of inputs 0 to 7 do not fit together. Sizes are
/// -1 when free.
RecurrentPlan recurrent_plan(const InferContext& context, const RecurrentKind& kind);

/// Y, Y_h and, of an LSTM, Y_c.
std::vector<ValueInfo> recurrent_outputs(const RecurrentPlan& plan, const RecurrentKind& kind,
                                         ElementType type);

/// Steps each sequence of the batch takes: sequence_lens (input 4), all of them when omitted.
/// Throws InvalidModel for a length outside the data.
std::vector<std::int64_t> sequence_lengths(const RecurrentPlan& plan, const Tensor* lengths);

/// Weights of one direction; rows of `input` or `hidden` elements, one row per gate and unit.
template <typename T>
struct RecurrentWeights {
  const T* input = nullptr;       ///< W [gates*hidden, input]
  const T* recurrence = nullptr;  ///< R [gates*hidden, hidden]
  const T* input_bias = nullptr;  ///< Wb, nullptr when omitted
  const T* recurrence_bias = nullptr;
  const T* peepholes = nullptr;  ///< P, nullptr when omitted
};

/// One sequence's state and the room its steps compute in.
struct RecurrentState {
  std::vector<double> hidden, cell;
  std::vector<double> gates;    ///< W x + Wb, to which a cell adds its recurrence
  std::vector<double> scratch;  ///< as many as gates
};

/// Row-wise product in double; eight partial sums, so that they do not wait for one another.
template <typename T>
double dot(const T* weights, const double* values, std::size_t count) {
  constexpr std::size_t lanes = 8;
  double sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) {
      sums[l] += static_cast<double>(weights[i + l]) * values[i + l];
    }
  }
  double sum = 0;
  for (; i < count; ++i) sum += static_cast<double>(weights[i]) * values[i];
  for (const double lane : sums) sum += lane;
  return sum;
}

/// out[row] += weights[row] . values + bias[row] for `rows` rows.
template <typename T>
void add_product(const T* weights, const T* bias, const double* values, std::size_t rows,
                 std::size_t columns, double* out) {
  for (std::size_t row = 0; row < rows; ++row) {
    out[row] += dot(weights + row * columns, values, columns) + (bias == nullptr ? 0 : bias[row]);
  }
}

/// Base of RNN, GRU, LSTM: shape rule and the walk over directions, batch and time. `Cell` supplies
/// `static RecurrentKind kind()`, a constructor from (const Node&) and
/// `template <T> void step(const RecurrentWeights<T>&, const std::vector<ActivationFunction>&,
/// RecurrentState&) const`.
template <typename Cell>
class Recurrent : public Operator {
 public:
  std::string_view op_type() const override { return Cell::kind().op_type; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const RecurrentKind kind = Cell::kind();
    return recurrent_outputs(recurrent_plan(context, kind), kind, required(context, 0).type);
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    std::vector<const Tensor*> all(inputs.begin(), inputs.end());
    all.resize(8, nullptr);
    std::vector<ValueInfo> infos(all.size());
    InferContext context{node, opset, {}, all};
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] != nullptr) infos[i] = {node.input(i), all[i]->type(), all[i]->shape(), {}};
      context.inputs.push_back(all[i] == nullptr ? nullptr : &infos[i]);
    }
    const RecurrentKind kind = Cell::kind();
    const RecurrentPlan plan = recurrent_plan(context, kind);
    std::vector<Tensor> outputs;
    for (const auto& info : recurrent_outputs(plan, kind, all[0]->type())) {
      outputs.emplace_back(info.type, info.shape);
    }
    for_floating(all[0]->type(),
                 [&]<typename T>() { Walk<T>(plan, Cell(node), all, outputs).run(); });
    return outputs;
  }

 private:
  template <typename T>
  class Walk {
   public:
    Walk(const RecurrentPlan& plan, Cell cell, const std::vector<const Tensor*>& inputs,
         std::vector<Tensor>& outputs)
        : plan_(plan), cell_(std::move(cell)), inputs_(inputs), outputs_(outputs) {}

    void run() {
      const auto lengths = sequence_lengths(plan_, inputs_[4]);
      for (std::int64_t d = 0; d < plan_.directions; ++d) {
        for (std::int64_t n = 0; n < plan_.batch; ++n) {
          run_sequence(d, n, lengths[static_cast<std::size_t>(n)]);
        }
      }
    }

   private:
    const T* data(std::size_t input, std::int64_t offset) const {
      return inputs_[input] == nullptr ? nullptr : inputs_[input]->data<T>().data() + offset;
    }

    RecurrentWeights<T> weights(std::int64_t d) const {
      const std::int64_t hidden = plan_.hidden, rows = Cell::kind().gates * hidden;
      const T* bias = data(3, d * 2 * rows);
      return {data(1, d * rows * plan_.input), data(2, d * rows * hidden), bias,
              bias == nullptr ? nullptr : bias + rows, data(7, d * 3 * hidden)};
    }

    /// Where the state of direction d and sequence n stands in initial_h, Y_h and the like.
    std::int64_t state_offset(std::int64_t d, std::int64_t n) const {
      return (plan_.batch_first ? n * plan_.directions + d : d * plan_.batch + n) * plan_.hidden;
    }

    std::vector<double> initial(std::size_t input, std::int64_t d, std::int64_t n) const {
      std::vector<double> state(static_cast<std::size_t>(plan_.hidden), 0.0);
      const T* values = data(input, state_offset(d, n));
      if (values != nullptr) std::copy_n(values, plan_.hidden, state.begin());
      return state;
    }

    void run_sequence(std::int64_t d, std::int64_t n, std::int64_t length) {
      const auto rows = static_cast<std::size_t>(Cell::kind().gates * plan_.hidden);
      RecurrentState state{initial(5, d, n), initial(6, d, n), std::vector<double>(rows),
                           std::vector<double>(rows)};
      const RecurrentWeights<T> weights = this->weights(d);
      std::vector<double> x(static_cast<std::size_t>(plan_.input));
      const bool backwards = d == 1 || plan_.reverse;
      for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t t = backwards ? length - 1 - i : i;
        const std::int64_t at = plan_.batch_first ? n * plan_.sequence + t : t * plan_.batch + n;
        std::copy_n(data(0, at * plan_.input), plan_.input, x.begin());
        std::ranges::fill(state.gates, 0.0);
        add_product(weights.input, weights.input_bias, x.data(), rows, x.size(),
                    state.gates.data());
        cell_.template step<T>(weights, plan_.activations[static_cast<std::size_t>(d)], state);
        store(state.hidden, 0,
              (plan_.batch_first ? (n * plan_.sequence + t) * plan_.directions + d
                                 : (t * plan_.directions + d) * plan_.batch + n) *
                  plan_.hidden);
      }
      store(state.hidden, 1, state_offset(d, n));
      if (outputs_.size() > 2) store(state.cell, 2, state_offset(d, n));
    }

    void store(const std::vector<double>& values, std::size_t output, std::int64_t offset) {
      T* to = outputs_[output].template data<T>().data() + offset;
      for (const double value : values) *to++ = static_cast<T>(value);
    }

    const RecurrentPlan& plan_;
    Cell cell_;
    const std::vector<const Tensor*>& inputs_;
    std::vector<Tensor>& outputs_;
  };
};

}  // namespace paretune::model
