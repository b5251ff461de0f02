// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "model/ops/factories.h"
#include "model/ops/moments.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_channel_factors = 21;

/// ONNX GroupNormalization-21 (and 18, whose scale and bias are one per group) and
/// InstanceNormalization-22 (and 6), where every channel is a group: each group of channels of each
/// image is normalized with its own mean and variance.
class GroupNormalization : public Operator {
 public:
  explicit GroupNormalization(bool instances) : instances_(instances) {}

  std::string_view op_type() const override {
    return instances_ ? "InstanceNormalization" : "GroupNormalization";
  }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    require_floating(data);
    if (data.shape.size() < 2) {
      throw InvalidModel(fmt::format("shape {} has no channels", to_text(data.shape)));
    }
    const std::int64_t channels = data.shape[1];
    const std::int64_t groups = groups_of(context.node, channels);
    if (groups < 1 && !instances_) {
      throw InvalidModel(fmt::format("attribute 'num_groups' is {} but must be 1 or more", groups));
    }
    if (channels >= 0 && groups > 0 && channels % groups != 0) {
      throw InvalidModel(fmt::format("{} channels do not divide into {} groups", channels, groups));
    }
    for (std::size_t i = 1; i < 3; ++i) {
      const auto& factor = required(context, i);
      require_floating(factor);
      require_rank(factor, 1);
      require_dim(factor, 0, per_group(context.opset) ? groups : channels,
                  per_group(context.opset) ? "one per group" : "one per channel");
    }
    return {output_of(data.type, data.shape)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    if (out.count() == 0) return {std::move(out)};
    for_floating(info.type, [&]<typename T>() { run<T>(node, opset, inputs, out); });
    return {std::move(out)};
  }

 private:
  bool per_group(std::int64_t opset) const {
    return !instances_ && opset < first_opset_with_channel_factors;
  }

  std::int64_t groups_of(const Node& node, std::int64_t channels) const {
    return instances_ ? channels : node.int_attribute("num_groups", 0);
  }

  template <typename T>
  void run(const Node& node, std::int64_t opset, std::span<const Tensor* const> inputs,
           Tensor& out) const {
    const Tensor& data = *inputs[0];
    const double epsilon = node.float_attribute("epsilon", 1e-5F);
    const auto channels = static_cast<std::size_t>(data.dim(1));
    const auto groups = static_cast<std::size_t>(groups_of(node, data.dim(1)));
    const auto plane = static_cast<std::size_t>(product(data.shape(), 2, data.rank()));
    const std::size_t size = channels / groups * plane;
    const auto scale = doubles_of(*inputs[1]), bias = doubles_of(*inputs[2]);
    const auto in = data.data<T>();
    const auto to = out.data<T>();
    for (std::size_t from = 0; from < in.size(); from += size) {
      const Moments moments = moments_of(in.subspan(from, size));
      const double inverse = 1 / std::sqrt(moments.variance + epsilon);
      for (std::size_t i = from; i < from + size; ++i) {
        const std::size_t factor = per_group(opset) ? from / size % groups : i / plane % channels;
        to[i] = static_cast<T>((in[i] - moments.mean) * inverse * scale[factor] + bias[factor]);
      }
    }
  }

  bool instances_;
};

}  // namespace

std::unique_ptr<Operator> make_group_normalization() {
  return std::make_unique<GroupNormalization>(false);
}
std::unique_ptr<Operator> make_instance_normalization() {
  return std::make_unique<GroupNormalization>(true);
}

}  // namespace paretune::model
