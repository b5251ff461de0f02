// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/tensor.h"

namespace paretune::model {

struct Graph;

/// An ONNX attribute value (IR spec, AttributeProto): the kinds the supported operators use. A
/// graph (a branch of If) is owned by every copy of the node that has it, and never changes.
using Attribute =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                 std::vector<std::string>, Tensor, std::shared_ptr<const Graph>>;

/// One operator call. Empty input names stand for omitted optional inputs. What the branches of an
/// If read from around them follows its condition as further inputs: [cond, capture, ...]. Each
/// branch has exactly these as inputs, in this order, under the names they had in the file and
/// without type or shape.
struct Node {
  std::string name;
  std::string op_type;
  std::string domain;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;

  /// The attribute, or `fallback` when absent. Throws InvalidModel when it has another kind.
  std::int64_t int_attribute(std::string_view attribute, std::int64_t fallback) const;
  float float_attribute(std::string_view attribute, float fallback) const;
  std::string string_attribute(std::string_view attribute, std::string_view fallback) const;
  std::vector<std::int64_t> ints_attribute(std::string_view attribute,
                                           const std::vector<std::int64_t>& fallback) const;
  /// Name of input `index`, "" when it is omitted.
  const std::string& input(std::size_t index) const;
  /// The graph of that attribute; throws InvalidModel when it is absent or of another kind.
  const Graph& graph_attribute(std::string_view attribute) const;
};

/// Element type and shape of a named value; -1 dimensions are free.
struct ValueInfo {
  std::string name;
  ElementType type = ElementType::f32;
  Shape shape;
  /// Name of each free dimension ("batch"), "" for fixed ones; same length as shape or empty.
  std::vector<std::string> dim_names;
};

/// A model after import: nodes in topological order, every value's name unique.
struct Graph {
  std::string name;
  std::int64_t opset = 0;     ///< version of the default ("ai.onnx") operator set
  std::string external_hash;  ///< of the data kept in other files than the model, "" without any
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  std::vector<Node> nodes;
  std::map<std::string, Tensor> initializers;
  /// Type and shape of every value, filled by infer_shapes().
  std::map<std::string, ValueInfo> values;

  /// Index of the node that produces `value`, or -1 for graph inputs and initializers.
  std::ptrdiff_t producer(std::string_view value) const;
  /// Indices of the nodes that read `value`, ascending.
  std::vector<std::size_t> consumers(std::string_view value) const;
  bool is_output(std::string_view value) const;
};

/// Sets each free dimension of the graph's inputs to `dims` by name ({"batch",1}); those not in
/// `dims` become 1, as do unnamed ones unless `dims` has "". Clears inferred values. Throws
/// InvalidModel for sizes below 1 and for names no input has, naming those it has.
void bind_dimensions(Graph& graph, const std::map<std::string, std::int64_t>& dims);

/// Fills Graph::values for all nodes from the operators' shape rules. Throws UnsupportedModel
/// naming *all* operators without a rule, InvalidModel when shapes do not fit (naming the node).
void infer_shapes(Graph& graph);

/// Reorders nodes topologically (stable); throws InvalidModel on a cycle, a missing input value or
/// a value produced twice.
void sort_topologically(Graph& graph);

}  // namespace paretune::model
