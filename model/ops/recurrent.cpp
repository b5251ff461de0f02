// SPDX-License-Identifier: Apache-2.0
#include "model/ops/recurrent.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace paretune::model {
namespace {

/// An activation of the recurrent operators and its default factors, those of the ONNX operator of
/// the same name; none where it takes no factor.
struct ActivationRow {
  std::string_view name;
  std::optional<double> alpha, beta;
  double (*apply)(double x, double alpha, double beta);
};

const std::vector<ActivationRow>& activation_rows() {
  static const std::vector<ActivationRow> rows = {
      {"Sigmoid", {}, {}, [](double x, double, double) { return 1 / (1 + std::exp(-x)); }},
      {"Tanh", {}, {}, [](double x, double, double) { return std::tanh(x); }},
      {"Relu", {}, {}, [](double x, double, double) { return std::max(x, 0.0); }},
      {"Affine", 1.0, 0.0, [](double x, double a, double b) { return a * x + b; }},
      {"LeakyRelu", 0.01, {}, [](double x, double a, double) { return x < 0 ? a * x : x; }},
      {"ThresholdedRelu", 1.0, {}, [](double x, double a, double) { return x > a ? x : 0.0; }},
      {"ScaledTanh", 1.0, 1.0, [](double x, double a, double b) { return a * std::tanh(b * x); }},
      {"HardSigmoid", 0.2, 0.5,
       [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); }},
      {"Elu", 1.0, {}, [](double x, double a, double) { return x < 0 ? a * std::expm1(x) : x; }},
      {"Softsign", {}, {}, [](double x, double, double) { return x / (1 + std::abs(x)); }},
      {"Softplus",
       {},
       {},
       [](double x, double, double) {
         return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
       }},
  };
  return rows;
}

/// A list attribute of a kind Node has no accessor for; empty when absent.
template <typename T>
std::vector<T> list_attribute(const Node& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return {};
  if (const auto* list = std::get_if<std::vector<T>>(&found->second)) return *list;
  // An empty list is stored as one of integers when the file does not say of what.
  const auto* integers = std::get_if<std::vector<std::int64_t>>(&found->second);
  if (integers != nullptr && integers->empty()) return {};
  throw InvalidModel(fmt::format("attribute '{}' has another kind than ONNX defines", name));
}

/// The factors of attribute activation_alpha or activation_beta, consumed in the order of the
/// functions that take one.
class Factors {
 public:
  explicit Factors(std::vector<float> values) : values_(std::move(values)) {}

  double next(const std::optional<double>& fallback) {
    if (!fallback) return 0;
    return used_ < values_.size() ? values_[used_++] : *fallback;
  }

 private:
  std::vector<float> values_;
  std::size_t used_ = 0;
};

void add_activations(RecurrentPlan& plan, const Node& node, const RecurrentKind& kind) {
  auto names = list_attribute<std::string>(node, "activations");
  const std::size_t each = kind.activations.size();
  const std::size_t count = each * static_cast<std::size_t>(plan.directions);
  if (names.empty()) {
    while (names.size() < count) names.push_back(kind.activations[names.size() % each]);
  }
  if (names.size() != count) {
    throw InvalidModel(
        fmt::format("attribute 'activations' has {} entries but needs {}", names.size(), count));
  }
  Factors alphas(list_attribute<float>(node, "activation_alpha"));
  Factors betas(list_attribute<float>(node, "activation_beta"));
  plan.activations.resize(static_cast<std::size_t>(plan.directions));
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = std::ranges::find(activation_rows(), names[i], &ActivationRow::name);
    if (row == activation_rows().end()) {
      throw InvalidModel(fmt::format("'{}' is no activation of recurrent operators", names[i]));
    }
    const double clip =
        i % each < kind.clipped ? plan.clip : std::numeric_limits<double>::infinity();
    const double alpha = alphas.next(row->alpha), beta = betas.next(row->beta);
    plan.activations[i / each].push_back([apply = row->apply, alpha, beta, clip](double x) {
      return apply(std::clamp(x, -clip, clip), alpha, beta);
    });
  }
}

void add_attributes(RecurrentPlan& plan, const Node& node) {
  const std::string direction = node.string_attribute("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    throw InvalidModel(
        fmt::format("attribute 'direction' is '{}', which ONNX does not define", direction));
  }
  plan.directions = direction == "bidirectional" ? 2 : 1;
  plan.reverse = direction == "reverse";
  const std::int64_t layout = node.int_attribute("layout", 0);
  if (layout != 0 && layout != 1) {
    throw InvalidModel(fmt::format("attribute 'layout' is {} but must be 0 or 1", layout));
  }
  plan.batch_first = layout == 1;
  if (node.attributes.contains("clip")) {
    plan.clip = node.float_attribute("clip", 0);
    if (!(plan.clip > 0)) {
      throw InvalidModel(fmt::format("attribute 'clip' is {} but must be positive", plan.clip));
    }
  }
}

/// Checks input `index`, when it is there, against its type and shape; -1 fits all.
void check(const InferContext& context, std::size_t index, ElementType type, const Shape& shape) {
  const ValueInfo* value = optional(context, index);
  if (value == nullptr) return;
  if (value->type != type) {
    throw InvalidModel(
        fmt::format("input {} is {} but must be {}", index, to_text(value->type), to_text(type)));
  }
  bool fits = value->shape.size() == shape.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = value->shape[i] < 0 || shape[i] < 0 || value->shape[i] == shape[i];
  }
  if (!fits) {
    throw InvalidModel(fmt::format("input {} has shape {} but must have {}", index,
                                   to_text(value->shape), to_text(shape)));
  }
}

void add_sizes(RecurrentPlan& plan, const InferContext& context) {
  const auto& data = required(context, 0);
  const auto& recurrence = required(context, 2);
  required(context, 1);
  require_floating(data);
  if (data.shape.size() != 3 || recurrence.shape.size() != 3) {
    throw InvalidModel(fmt::format("data {} and recurrence weights {} must have rank 3",
                                   to_text(data.shape), to_text(recurrence.shape)));
  }
  plan.sequence = data.shape[plan.batch_first ? 1 : 0];
  plan.batch = data.shape[plan.batch_first ? 0 : 1];
  plan.input = data.shape[2];
  plan.hidden = context.node.int_attribute("hidden_size", recurrence.shape[2]);
  // 2^40: a product with the gates stays below 63 bits.
  if (plan.hidden < -1 || plan.hidden == 0 || plan.hidden > (std::int64_t{1} << 40)) {
    throw InvalidModel(fmt::format("attribute 'hidden_size' is {}", plan.hidden));
  }
}

}  // namespace

RecurrentPlan recurrent_plan(const InferContext& context, const RecurrentKind& kind) {
  RecurrentPlan plan;
  add_attributes(plan, context.node);
  add_sizes(plan, context);
  add_activations(plan, context.node, kind);
  const ElementType type = required(context, 0).type;
  const std::int64_t hidden = plan.hidden, directions = plan.directions;
  const std::int64_t rows = hidden < 0 ? -1 : kind.gates * hidden;
  const Shape state = plan.batch_first ? Shape{plan.batch, directions, hidden}
                                       : Shape{directions, plan.batch, hidden};
  check(context, 1, type, {directions, rows, plan.input});
  check(context, 2, type, {directions, rows, hidden});
  check(context, 3, type, {directions, hidden < 0 ? -1 : 2 * rows});
  check(context, 4, ElementType::i32, {plan.batch});
  check(context, 5, type, state);
  if (kind.has_cell) {
    check(context, 6, type, state);
    check(context, 7, type, {directions, hidden < 0 ? -1 : 3 * hidden});
  }
  return plan;
}

std::vector<ValueInfo> recurrent_outputs(const RecurrentPlan& plan, const RecurrentKind& kind,
                                         ElementType type) {
  const std::int64_t n = plan.batch, d = plan.directions, h = plan.hidden;
  const Shape all =
      plan.batch_first ? Shape{n, plan.sequence, d, h} : Shape{plan.sequence, d, n, h};
  const Shape last = plan.batch_first ? Shape{n, d, h} : Shape{d, n, h};
  std::vector<ValueInfo> outputs = {output_of(type, all), output_of(type, last)};
  if (kind.has_cell) outputs.push_back(output_of(type, last));
  return outputs;
}

std::vector<std::int64_t> sequence_lengths(const RecurrentPlan& plan, const Tensor* lengths) {
  if (lengths == nullptr) return std::vector(static_cast<std::size_t>(plan.batch), plan.sequence);
  const auto values = lengths->data<std::int32_t>();
  for (const std::int32_t value : values) {
    if (value < 0 || value > plan.sequence) {
      throw InvalidModel(
          fmt::format("a sequence has length {} but the data has {} steps", value, plan.sequence));
    }
  }
  return {values.begin(), values.end()};
}

}  // namespace paretune::model
