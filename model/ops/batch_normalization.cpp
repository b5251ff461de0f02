// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "model/ops/factories.h"
#include "model/ops/moments.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

constexpr std::int64_t first_opset_with_running_outputs = 14;

bool trains(const Node& node) { return node.int_attribute("training_mode", 0) != 0; }

/// ONNX BatchNormalization-15 (and 7 to 14): (x - mean) / sqrt(var + epsilon) * scale + B per
/// channel. With training_mode mean and variance are the batch's own, and outputs 1 and 2 are
/// running * momentum + own * (1 - momentum).
class BatchNormalization : public Operator {
 public:
  std::string_view op_type() const override { return "BatchNormalization"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const Node& node = context.node;
    const bool old = context.opset < first_opset_with_running_outputs;
    if (node.int_attribute("spatial", 1) != 1 || (old && node.outputs.size() > 1)) {
      throw UnsupportedModel("only inference is supported; export the model in evaluation mode");
    }
    const auto& data = required(context, 0);
    require_floating(data);
    if (data.shape.empty()) throw InvalidModel("a scalar has no channels");
    // A vector is one channel's batch (BatchNormalization-14).
    const std::int64_t channels = data.shape.size() > 1 ? data.shape[1] : 1;
    for (std::size_t i = 1; i < 5; ++i) {
      require_floating(required(context, i));
      require_rank(required(context, i), 1);
      require_dim(required(context, i), 0, channels, "one per channel");
    }
    std::vector<ValueInfo> outputs = {output_of(data.type, data.shape)};
    if (trains(node)) {
      for (std::size_t i = 3; i < 5; ++i) {
        outputs.push_back(output_of(required(context, i).type, {channels}));
      }
    }
    return outputs;
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto infos = infer_from(*this, node, opset, inputs);
    std::vector<Tensor> outputs;
    for (const auto& info : infos) outputs.emplace_back(info.type, info.shape);
    for_floating(infos[0].type, [&]<typename T>() { run<T>(node, inputs, outputs); });
    return outputs;
  }

 private:
  template <typename T>
  static void run(const Node& node, std::span<const Tensor* const> inputs,
                  std::vector<Tensor>& outputs) {
    const Tensor& data = *inputs[0];
    const std::size_t channels = inputs[1]->count();
    const std::size_t size =
        data.rank() < 2 ? 1 : static_cast<std::size_t>(product(data.shape(), 2, data.rank()));
    const double epsilon = node.float_attribute("epsilon", 1e-5F);
    const auto scale = doubles_of(*inputs[1]), bias = doubles_of(*inputs[2]);
    auto mean = doubles_of(*inputs[3]), variance = doubles_of(*inputs[4]);
    const auto in = data.data<T>();
    if (trains(node)) {
      for (std::size_t c = 0; c < channels; ++c) {
        const Moments own = channel_moments(in, c, channels, size);
        keep_running(node, own.mean, mean[c], outputs[1], c);
        keep_running(node, own.variance, variance[c], outputs[2], c);
      }
    }
    const auto out = outputs[0].data<T>();
    for (std::size_t i = 0; i < in.size(); ++i) {
      const std::size_t c = i / size % channels;
      out[i] =
          static_cast<T>((in[i] - mean[c]) / std::sqrt(variance[c] + epsilon) * scale[c] + bias[c]);
    }
  }

  /// Stores the running statistic and puts the batch's own in its place for the normalization.
  static void keep_running(const Node& node, double own, double& statistic, Tensor& out,
                           std::size_t c) {
    const double momentum = node.float_attribute("momentum", 0.9F);
    for_floating(out.type(), [&]<typename T>() {
      out.data<T>()[c] = static_cast<T>(statistic * momentum + own * (1 - momentum));
    });
    statistic = own;
  }

  template <typename T>
  static Moments channel_moments(std::span<const T> data, std::size_t c, std::size_t channels,
                                 std::size_t size) {
    std::vector<T> values;
    for (std::size_t at = c * size; at < data.size(); at += channels * size) {
      const auto part = data.subspan(at, size);
      values.insert(values.end(), part.begin(), part.end());
    }
    return moments_of(std::span<const T>(values));
  }
};

}  // namespace

std::unique_ptr<Operator> make_batch_normalization() {
  return std::make_unique<BatchNormalization>();
}

}  // namespace paretune::model
