// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: a few nodes of any supported operators with any attributes, over inputs and
// constants of any type and shape. Rules and references must throw nothing but model errors.
#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <string>

#include "model/errors.h"
#include "model/ops/operator.h"
#include "model/passes/passes.h"

namespace {

using namespace paretune::model;

constexpr std::array names = {"axis",
                              "axes",
                              "kernel_shape",
                              "strides",
                              "pads",
                              "dilations",
                              "group",
                              "auto_pad",
                              "ceil_mode",
                              "storage_order",
                              "keepdims",
                              "count_include_pad",
                              "perm",
                              "to",
                              "alpha",
                              "beta",
                              "transA",
                              "transB",
                              "epsilon",
                              "mode",
                              "output_shape",
                              "output_padding",
                              "hidden_size",
                              "direction",
                              "layout",
                              "equation",
                              "blocksize",
                              "num_outputs",
                              "split",
                              "start",
                              "end",
                              "upper",
                              "largest",
                              "exclusive",
                              "reverse",
                              "batch_dims",
                              "reduction",
                              "allowzero",
                              "select_last_index",
                              "noop_with_empty_axes",
                              "num_groups",
                              "coordinate_transformation_mode",
                              "nearest_mode",
                              "keep_aspect_ratio_policy",
                              "block_size",
                              "output_dtype",
                              "value",
                              "value_ints",
                              "antialias",
                              "exclude_outside",
                              "activations",
                              "linear_before_reset",
                              "clip",
                              "training_mode"};
constexpr std::array words = {
    "NOTSET",        "SAME_UPPER", "SAME_LOWER",    "VALID",        "constant",
    "reflect",       "edge",       "wrap",          "nearest",      "linear",
    "cubic",         "forward",    "bidirectional", "half_pixel",   "tf_crop_and_resize",
    "DCR",           "CRD",        "ij,jk->ik",     "...ij->...ji", "asymmetric",
    "reverse",       "Tanh",       "none",          "add",          "mul",
    "align_corners", "ii->i",      "floor"};

/// Builds a graph from bytes.
class Builder {
 public:
  explicit Builder(FuzzedDataProvider& data) : data_(data) {}

  Graph build() {
    graph_.opset = data_.ConsumeIntegralInRange(7, 28);
    const int inputs = data_.ConsumeIntegralInRange(0, 3);
    for (int i = 0; i < inputs; ++i) {
      const std::string name = new_value();
      graph_.inputs.push_back({name, type(), shape(6, -1), {}});
    }
    const int constants = data_.ConsumeIntegralInRange(0, 4);
    for (int i = 0; i < constants; ++i) graph_.initializers[new_value()] = tensor();
    const int nodes = data_.ConsumeIntegralInRange(1, 4);
    for (int i = 0; i < nodes; ++i) add_node();
    graph_.outputs = {{values_.back(), ElementType::f32, {}, {}}};
    return std::move(graph_);
  }

 private:
  std::string new_value() {
    values_.push_back("v" + std::to_string(values_.size()));
    return values_.back();
  }

  ElementType type() {
    // Mostly the types that operators take.
    constexpr std::array common = {ElementType::f32, ElementType::i64, ElementType::boolean,
                                   ElementType::u8,  ElementType::i8,  ElementType::i32};
    if (data_.ConsumeBool()) return data_.PickValueInArray(common);
    return static_cast<ElementType>(
        data_.ConsumeIntegralInRange(0, static_cast<int>(ElementType::f4e2m1)));
  }

  Shape shape(std::int64_t most, std::int64_t least) {
    Shape dims(data_.ConsumeIntegralInRange<std::size_t>(0, 5));
    for (auto& dim : dims) dim = data_.ConsumeIntegralInRange<std::int64_t>(least, most);
    return dims;
  }

  std::int64_t number() {
    constexpr std::array hostile = {std::int64_t{0}, std::int64_t{-1},      INT64_MAX,
                                    INT64_MIN,       std::int64_t{1} << 31, std::int64_t{1} << 40};
    if (data_.ConsumeIntegralInRange(0, 7) == 0) return data_.PickValueInArray(hostile);
    return data_.ConsumeIntegralInRange<std::int64_t>(-3, 9);
  }

  Tensor tensor() {
    Tensor result(type(), shape(4, 0));
    if (result.type() == ElementType::i64) {
      for (auto& value : result.data<std::int64_t>()) value = number();
    } else if (result.type() == ElementType::boolean) {
      for (auto& value : result.data<bool>()) value = data_.ConsumeBool();
    } else if (result.type() == ElementType::f32 && data_.ConsumeBool()) {
      for (auto& value : result.data<float>()) value = static_cast<float>(number());
    } else {
      for (auto& value : result.bytes()) value = std::byte{data_.ConsumeIntegral<std::uint8_t>()};
      if (result.type() >= ElementType::u4) {
        for (auto& value : result.bytes()) value &= std::byte{1};
      }
    }
    return result;
  }

  Attribute attribute() {
    switch (data_.ConsumeIntegralInRange(0, 6)) {
      case 0:
      case 1:
        return number();
      case 2: {
        std::vector<std::int64_t> numbers(data_.ConsumeIntegralInRange<std::size_t>(0, 8));
        for (auto& value : numbers) value = number();
        return numbers;
      }
      case 3:
        return std::string(data_.PickValueInArray(words));
      case 4:
        return data_.ConsumeFloatingPoint<float>();
      case 5:
        return tensor();
      default:
        return std::vector<std::string>{data_.PickValueInArray(words)};
    }
  }

  void add_node() {
    const auto& all = operators();
    Node node;
    node.op_type = all[data_.ConsumeIntegralInRange<std::size_t>(0, all.size() - 1)]->op_type();
    // Most operators take one to three; others are refused before their rules.
    const int inputs = data_.ConsumeIntegralInRange(1, data_.ConsumeBool() ? 3 : 8);
    for (int i = 0; i < inputs; ++i) {
      const auto pick = data_.ConsumeIntegralInRange<std::size_t>(0, values_.size());
      node.inputs.push_back(pick == values_.size() ? "" : values_[pick]);
    }
    const int attributes = data_.ConsumeIntegralInRange(0, 4);
    for (int i = 0; i < attributes; ++i) {
      node.attributes[data_.PickValueInArray(names)] = attribute();
    }
    const int outputs = data_.ConsumeIntegralInRange(0, 7) == 0 ? 2 : 1;
    for (int i = 0; i < outputs; ++i) node.outputs.push_back(new_value());
    graph_.nodes.push_back(node);
  }

  FuzzedDataProvider& data_;
  Graph graph_;
  std::vector<std::string> values_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  Graph graph = Builder(data).build();
  try {
    Graph inferred = graph;
    infer_shapes(inferred);
  } catch (const InvalidModel&) {
  } catch (const UnsupportedModel&) {
  }
  try {
    simplify(graph);
  } catch (const InvalidModel&) {
  } catch (const UnsupportedModel&) {
  }
  return 0;
}
