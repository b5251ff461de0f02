// SPDX-License-Identifier: Apache-2.0
#include "model/ops/evaluate.h"

#include <fmt/format.h>

#include <map>

#include "model/errors.h"
#include "model/ops/operator.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// How often each value is still read: by nodes, and once more when it is a graph output.
std::map<std::string, std::size_t> count_reads(const Graph& graph) {
  std::map<std::string, std::size_t> reads;
  for (const auto& node : graph.nodes) {
    for (const auto& input : node.inputs) ++reads[input];
  }
  for (const auto& output : graph.outputs) ++reads[output.name];
  return reads;
}

/// One run: the values that are still needed.
class Run {
 public:
  Run(const Graph& graph, const ValueObserver& observer)
      : graph_(graph), observer_(observer), reads_(count_reads(graph)) {}

  void add(const std::string& name, Tensor value) {
    if (name.empty()) return;
    if (observer_) observer_(name, value);
    if (reads_[name] > 0) values_[name] = std::move(value);
  }

  const Tensor& find(const std::string& name) const {
    if (const auto constant = graph_.initializers.find(name);
        constant != graph_.initializers.end()) {
      return constant->second;
    }
    const auto value = values_.find(name);
    if (value == values_.end()) {
      throw InvalidModel(fmt::format("value '{}' is read before it is computed", name));
    }
    return value->second;
  }

  void run(const Node& node) {
    const Operator* op = find_operator(node.op_type, node.domain);
    if (op == nullptr) throw UnsupportedModel("Paretune has no reference for this operator");
    std::vector<const Tensor*> inputs;
    for (const auto& input : node.inputs) inputs.push_back(input.empty() ? nullptr : &find(input));
    auto results = op->evaluate(node, graph_.opset, inputs);
    for (const auto& input : node.inputs) {
      if (--reads_[input] == 0) values_.erase(input);
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (i >= results.size()) {
        throw UnsupportedModel(fmt::format("output {} of this operator is not supported", i));
      }
      add(node.outputs[i], std::move(results[i]));
    }
  }

 private:
  const Graph& graph_;
  const ValueObserver& observer_;
  std::map<std::string, std::size_t> reads_;
  std::map<std::string, Tensor> values_;
};

bool fits(const Tensor& tensor, const ValueInfo& info) {
  if (tensor.type() != info.type || tensor.rank() != info.shape.size()) return false;
  for (std::size_t i = 0; i < info.shape.size(); ++i) {
    if (info.shape[i] >= 0 && tensor.dim(i) != info.shape[i]) return false;
  }
  return true;
}

}  // namespace

void check_inputs(const Graph& graph, const std::vector<Tensor>& inputs) {
  if (inputs.size() != graph.inputs.size()) {
    throw InvalidModel(fmt::format("{} inputs were given but model '{}' takes {}", inputs.size(),
                                   graph.name, graph.inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& info = graph.inputs[i];
    if (!fits(inputs[i], info)) {
      throw InvalidModel(fmt::format(
          "input '{}' is {} {} but should be {} {}; give data of that type and shape (-1 is free)",
          info.name, to_text(inputs[i].type()), to_text(inputs[i].shape()), to_text(info.type),
          to_text(info.shape)));
    }
  }
}

std::vector<Tensor> evaluate(const Graph& graph, const std::vector<Tensor>& inputs,
                             const ValueObserver& observer) {
  check_inputs(graph, inputs);
  Run run(graph, observer);
  for (std::size_t i = 0; i < inputs.size(); ++i) run.add(graph.inputs[i].name, inputs[i]);
  for (const auto& node : graph.nodes) {
    naming(node, [&] { run.run(node); });
  }
  std::vector<Tensor> outputs;
  for (const auto& output : graph.outputs) outputs.push_back(run.find(output.name));
  return outputs;
}

}  // namespace paretune::model
