// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "model/errors.h"
#include "model/float16.h"
#include "model/onnx/data_type.h"
#include "model/ops/operator.h"
#include "model/passes/edit.h"
#include "model/quant/qdq.h"
#include "model/uses.h"

namespace paretune::model {
namespace {

/// Takes quantization out of a graph node by node, remembering what it said. Nodes are known by the
/// names insert_qdq() gives: a model may have quantization of its own, which stays.
class Removal {
 public:
  explicit Removal(const Graph& graph)
      : original_(graph), uses_(graph), gone_(graph.nodes.size(), false) {
    result_.graph = graph;
    result_.graph.values.clear();
  }

  Dequantized run() {
    for (std::size_t i = 0; i < original_.nodes.size(); ++i) {
      const Node& node = original_.nodes[i];
      if (node.op_type == "DequantizeLinear") remove_dequantize(i);
      if (node.op_type == "Cast") remove_cast(i);
    }
    remove_unread();
    infer_shapes(result_.graph);
    return std::move(result_);
  }

 private:
  const Node* producer(const std::string& value) const {
    const std::ptrdiff_t index = uses_.producer(value);
    return index < 0 ? nullptr : &original_.nodes[static_cast<std::size_t>(index)];
  }

  /// Names of the Conv, Gemm and MatMul nodes whose weight is `value`: the ids of their layers.
  std::vector<std::string> anchors(const std::string& value) const {
    std::vector<std::string> names;
    for (const std::size_t index : uses_.consumers(value)) {
      const Node& node = original_.nodes[index];
      const bool anchor =
          node.op_type == "Conv" || node.op_type == "Gemm" || node.op_type == "MatMul";
      if (anchor && node.input(1) == value) names.push_back(node.name);
    }
    return names;
  }

  void remove_dequantize(std::size_t index) {
    const Node& node = original_.nodes[index];
    const Tensor* stored = find_initializer(original_, node.input(0));
    const Tensor* scale = find_initializer(original_, node.input(1));
    if (stored != nullptr && scale != nullptr) {
      if (node.name == node.outputs[0] + "/dequantize") restore_integers(index, *stored, *scale);
      return;
    }
    const Node* quantize = producer(node.input(0));
    if (quantize == nullptr || quantize->op_type != "QuantizeLinear" || scale == nullptr ||
        scale->count() != 1 || scale->type() != ElementType::f32 ||
        node.name != quantize->input(0) + "/dequantize") {
      return;
    }
    const Tensor* zero = find_initializer(original_, node.input(2));
    const bool is_u8 = zero == nullptr || zero->type() == ElementType::u8;
    if (!is_u8 || (zero == nullptr && !node.input(2).empty())) return;
    QuantParams params{scale->data<float>()[0], 0};
    if (zero != nullptr) params.zero_point = zero->data<std::uint8_t>()[0];
    result_.parameters[quantize->input(0)] = params;
    bypass(index, quantize->input(0));
  }

  void restore_integers(std::size_t index, const Tensor& stored, const Tensor& scale) {
    const Node& node = original_.nodes[index];
    const auto scales = scale.data<float>();
    if (stored.type() == ElementType::i8) {
      for (const auto& id : anchors(node.outputs[0])) {
        result_.schemes[id] = scale.rank() == 0 ? "int8_tensor" : "int8_channel";
        result_.weights[id] = {stored, {scales.begin(), scales.end()}};
      }
    }
    restore(index);
  }

  void remove_cast(std::size_t index) {
    const Node& node = original_.nodes[index];
    if (node.int_attribute("to", 0) != onnx_data_type(ElementType::f32) ||
        node.name != node.outputs[0] + "/cast") {
      return;
    }
    const Tensor* stored = find_initializer(original_, node.input(0));
    if (stored != nullptr &&
        (stored->type() == ElementType::bf16 || stored->type() == ElementType::f16)) {
      const auto* scheme = stored->type() == ElementType::bf16 ? "bf16" : "fp16";
      for (const auto& id : anchors(node.outputs[0])) result_.schemes[id] = scheme;
      restore(index);
      return;
    }
    const Node* down = producer(node.input(0));
    if (down != nullptr && down->op_type == "Cast" &&
        (down->int_attribute("to", 0) == onnx_data_type(ElementType::bf16) ||
         down->int_attribute("to", 0) == onnx_data_type(ElementType::f16))) {
      bypass(index, down->input(0));
    }
  }

  /// Evaluates a node of constants; its output becomes an f32 initializer of the same name.
  void restore(std::size_t index) {
    const Node& node = original_.nodes[index];
    if (original_.is_output(node.outputs[0])) return;
    std::vector<const Tensor*> inputs;
    for (const auto& input : node.inputs) inputs.push_back(find_initializer(original_, input));
    auto outputs = find_operator(node.op_type)->evaluate(node, original_.opset, inputs);
    result_.graph.initializers[node.outputs[0]] = std::move(outputs.at(0));
    gone_[index] = true;
  }

  void bypass(std::size_t index, const std::string& value) {
    const std::string& rounded = original_.nodes[index].outputs[0];
    if (original_.is_output(rounded)) return;
    replace_reads(result_.graph, rounded, value);
    gone_[index] = true;
  }

  /// Drops what only the removed nodes read: the quantizing halves and the stored constants.
  void remove_unread() {
    Graph& graph = result_.graph;
    std::set<std::string> orphans;
    for (std::size_t i = 0; i < gone_.size(); ++i) {
      if (gone_[i]) orphans.insert(graph.nodes[i].inputs.begin(), graph.nodes[i].inputs.end());
    }
    erase_nodes(graph, gone_);
    std::vector<bool> unread(graph.nodes.size(), false);
    Uses uses(graph);
    const auto is_unread = [&](const std::string& value) {
      return uses.consumers(value).empty() && !uses.is_output(value);
    };
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      unread[i] = node.outputs.size() == 1 && orphans.contains(node.outputs[0]) &&
                  is_unread(node.outputs[0]);
      if (unread[i]) orphans.insert(node.inputs.begin(), node.inputs.end());
    }
    erase_nodes(graph, unread);
    uses = Uses(graph);
    std::erase_if(graph.initializers, [&](const auto& item) {
      return orphans.contains(item.first) && is_unread(item.first);
    });
  }

  const Graph& original_;
  Uses uses_;
  Dequantized result_;
  std::vector<bool> gone_;
};

}  // namespace

Dequantized remove_qdq(const Graph& graph) { return Removal(graph).run(); }

}  // namespace paretune::model
