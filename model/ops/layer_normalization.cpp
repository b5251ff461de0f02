// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "model/ops/broadcasting.h"
#include "model/ops/factories.h"
#include "model/ops/moments.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// Attribute stash_type, a number of TensorProto.DataType: the type of the statistics.
ElementType stash_type(const Node& node) {
  switch (node.int_attribute("stash_type", 1)) {
    case 1:
      return ElementType::f32;
    case 10:
      return ElementType::f16;
    case 11:
      return ElementType::f64;
    case 16:
      return ElementType::bf16;
    default:
      throw InvalidModel("attribute 'stash_type' is no floating type");
  }
}

/// Scale and bias broadcast to the data, never the other way.
void require_broadcast(const ValueInfo& data, const ValueInfo* factor) {
  if (factor == nullptr) return;
  require_floating(*factor);
  const Shape& shape = factor->shape;
  bool fits = shape.size() <= data.shape.size();
  for (std::size_t back = 1; fits && back <= shape.size(); ++back) {
    const std::int64_t have = shape[shape.size() - back];
    const std::int64_t want = data.shape[data.shape.size() - back];
    fits = have == 1 || have < 0 || want < 0 || have == want;
  }
  if (!fits) {
    throw InvalidModel(fmt::format("a factor of shape {} does not broadcast to {}", to_text(shape),
                                   to_text(data.shape)));
  }
}

/// ONNX LayerNormalization-17 (Y, Mean, InvStdDev) and RMSNormalization-23 (Y alone, no mean is
/// subtracted) over the axes from attribute 'axis' on; statistics in double.
class TrailingNormalization : public Operator {
 public:
  explicit TrailingNormalization(bool centered) : centered_(centered) {}

  std::string_view op_type() const override {
    return centered_ ? "LayerNormalization" : "RMSNormalization";
  }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    const std::size_t axis = axis_of(context.node, data.shape.size());
    required(context, 1);
    for (std::size_t i = 1; i < 3; ++i) require_broadcast(data, optional(context, i));
    std::vector<ValueInfo> outputs = {output_of(data.type, data.shape)};
    const ElementType stash = stash_type(context.node);
    if (!centered_) return outputs;
    Shape reduced = data.shape;
    std::fill(reduced.begin() + static_cast<std::ptrdiff_t>(axis), reduced.end(), 1);
    outputs.push_back(output_of(stash, reduced));
    outputs.push_back(output_of(stash, reduced));
    return outputs;
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto infos = infer_from(*this, node, opset, inputs);
    std::vector<Tensor> outputs;
    // Half results are computed in f32; the wrapper of halves.h rounds them.
    for (const auto& info : infos) {
      outputs.emplace_back(is_half(info.type) ? ElementType::f32 : info.type, info.shape);
    }
    for_floating(infos[0].type, [&]<typename T>() { run<T>(node, inputs, outputs); });
    return outputs;
  }

 private:
  static std::size_t axis_of(const Node& node, std::size_t rank) {
    return normalized_axis(node.int_attribute("axis", -1), rank);
  }

  template <typename T>
  void run(const Node& node, std::span<const Tensor* const> inputs,
           std::vector<Tensor>& outputs) const {
    const Tensor& data = *inputs[0];
    const double epsilon = node.float_attribute("epsilon", 1e-5F);
    const std::size_t axis = axis_of(node, data.rank());
    const auto size = static_cast<std::size_t>(product(data.shape(), axis, data.rank()));
    const auto scale = doubles_of(*inputs[1]);
    const auto at_scale = broadcast_offsets(inputs[1]->shape(), data.shape());
    const Tensor* shift = inputs.size() > 2 ? inputs[2] : nullptr;
    const auto bias = shift == nullptr ? std::vector<double>() : doubles_of(*shift);
    std::vector<std::size_t> at_bias;
    if (shift != nullptr) at_bias = broadcast_offsets(shift->shape(), data.shape());
    const auto in = data.data<T>();
    const auto out = outputs[0].data<T>();
    for (std::size_t from = 0; size > 0 && from < in.size(); from += size) {
      Moments moments = moments_of(in.subspan(from, size));
      if (!centered_) moments = {0, moments.variance + moments.mean * moments.mean};
      const double inverse = 1 / std::sqrt(moments.variance + epsilon);
      for (std::size_t i = from; i < from + size; ++i) {
        const double value = (in[i] - moments.mean) * inverse * scale[at_scale[i]];
        out[i] = static_cast<T>(shift == nullptr ? value : value + bias[at_bias[i]]);
      }
      if (centered_) store(outputs, from / size, moments.mean, inverse);
    }
  }

  static void store(std::vector<Tensor>& outputs, std::size_t at, double mean, double inverse) {
    for_floating(outputs[1].type(), [&]<typename U>() {
      outputs[1].data<U>()[at] = static_cast<U>(mean);
      outputs[2].data<U>()[at] = static_cast<U>(inverse);
    });
  }

  bool centered_;
};

}  // namespace

std::unique_ptr<Operator> make_layer_normalization() {
  return std::make_unique<TrailingNormalization>(true);
}
std::unique_ptr<Operator> make_rms_normalization() {
  return std::make_unique<TrailingNormalization>(false);
}

}  // namespace paretune::model
