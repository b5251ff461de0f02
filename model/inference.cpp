// SPDX-License-Identifier: Apache-2.0
#include "model/inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/errors.h"
#include "model/ops/arity.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

// Shapes and lists of axes have few elements; a position list has one per token.
constexpr std::int64_t most_computed_elements = 4096;

bool is_known(const Shape& shape) {
  return std::ranges::all_of(shape, [](std::int64_t dim) { return dim >= 0; });
}

/// `axis` as Shape-15 clamps its start and end.
std::size_t clamped(std::int64_t axis, std::size_t rank) {
  const auto last = static_cast<std::int64_t>(rank);
  const std::int64_t counted = axis < 0 && axis >= -last ? axis + last : axis;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(counted, 0, last));
}

/// What Shape and Size give for a value of that shape: they need no data.
std::optional<Tensor> measured(const Node& node, const Shape& shape) {
  if (!node.domain.empty()) return std::nullopt;
  if (node.op_type == "Size" && is_known(shape)) {
    return Tensor::of<std::int64_t>({}, {element_count(shape)});
  }
  if (node.op_type != "Shape") return std::nullopt;
  const std::size_t begin = clamped(node.int_attribute("start", 0), shape.size());
  const auto rank = static_cast<std::int64_t>(shape.size());
  const std::size_t end = std::max(begin, clamped(node.int_attribute("end", rank), shape.size()));
  const Shape part(shape.begin() + static_cast<std::ptrdiff_t>(begin),
                   shape.begin() + static_cast<std::ptrdiff_t>(end));
  if (!is_known(part)) return std::nullopt;
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(part.size())}, part);
}

/// Throws InvalidModel when nothing could ever hold the value.
void check_size(const ValueInfo& value) {
  if (std::ranges::any_of(value.shape, [](std::int64_t dim) { return dim < -1; })) {
    throw InvalidModel(fmt::format("'{}' would have shape {}", value.name, to_text(value.shape)));
  }
  Shape known = value.shape;
  std::ranges::replace(known, -1, 1);
  try {
    byte_count(value.type, known);
  } catch (const InvalidModel& error) {
    throw InvalidModel(fmt::format("'{}': {}", value.name, error.what()));
  }
}

}  // namespace

bool keeps_stored_form(const Graph& graph, const Node& node) {
  if (node.op_type == "QuantizeLinear" || node.op_type == "DequantizeLinear") return true;
  if (node.op_type != "Cast" || node.inputs.empty()) return false;
  const auto weight = graph.initializers.find(node.inputs[0]);
  return weight != graph.initializers.end() && weight->second.type() == ElementType::bf16;
}

Inference::Inference(Graph& graph) : graph_(graph) {
  graph_.values.clear();
  for (const auto& input : graph_.inputs) {
    check_size(input);
    graph_.values[input.name] = input;
  }
  for (const auto& [name, tensor] : graph_.initializers) {
    graph_.values[name] = {name, tensor.type(), tensor.shape(), {}};
  }
}

void Inference::run(const Node& node) {
  naming(node, [&] {
    check_arity(node);
    infer(node);
    compute(node);
  });
}

const Tensor* Inference::known(const std::string& value) const {
  const auto initializer = graph_.initializers.find(value);
  if (initializer != graph_.initializers.end()) return &initializer->second;
  const auto found = computed_.find(value);
  return found == computed_.end() ? nullptr : &found->second;
}

void Inference::infer(const Node& node) {
  const Operator& op = *find_operator(node.op_type, node.domain);
  InferContext context{node, graph_.opset, {}, {}};
  for (const auto& input : node.inputs) {
    const auto value = graph_.values.find(input);
    context.inputs.push_back(value == graph_.values.end() ? nullptr : &value->second);
    context.constants.push_back(known(input));
  }
  auto infos = op.infer(context);
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    if (i >= infos.size()) {
      throw UnsupportedModel(fmt::format("output {} of this operator is not supported", i));
    }
    infos[i].name = node.outputs[i];
    check_size(infos[i]);
    graph_.values[node.outputs[i]] = std::move(infos[i]);
  }
}

void Inference::compute(const Node& node) {
  if (!node.inputs.empty() && graph_.values.contains(node.inputs[0])) {
    auto result = measured(node, graph_.values.at(node.inputs[0]).shape);
    if (result) return store(node, {std::move(*result)});
  }
  if (keeps_stored_form(graph_, node) || !small(node)) return;
  std::vector<const Tensor*> inputs;
  for (const auto& input : node.inputs) {
    inputs.push_back(input.empty() ? nullptr : known(input));
    if (!input.empty() && inputs.back() == nullptr) return;
  }
  try {
    const Operator& op = *find_operator(node.op_type, node.domain);
    store(node, op.evaluate(node, graph_.opset, inputs));
  } catch (const UnsupportedModel&) {
    return;  // it has a shape but no reference: whoever needs the value says so
  }
}

/// Every input and output has few elements, as far as the shapes are known. A list of positions
/// (NonZero) has a free length until it is computed.
bool Inference::small(const Node& node) const {
  const auto few = [&](const std::string& name) {
    if (name.empty()) return true;
    const auto value = graph_.values.find(name);
    if (value == graph_.values.end()) return false;
    Shape shape = value->second.shape;
    std::ranges::replace(shape, -1, 1);
    return node.op_type == "Constant" || element_count(shape) <= most_computed_elements;
  };
  return std::ranges::all_of(node.inputs, few) && std::ranges::all_of(node.outputs, few);
}

void Inference::store(const Node& node, std::vector<Tensor> results) {
  for (std::size_t i = 0; i < node.outputs.size() && i < results.size(); ++i) {
    if (node.outputs[i].empty()) continue;
    auto& value = graph_.values.at(node.outputs[i]);
    value.type = results[i].type();
    value.shape = results[i].shape();
    computed_.insert_or_assign(node.outputs[i], std::move(results[i]));
  }
}

}  // namespace paretune::model
