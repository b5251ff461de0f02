// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/blocked/packed.h"

#include <algorithm>

namespace paretune::kernels {
namespace {

/// Element of the OIHW weights that reduction index (segment, position) of channel k means, or -1
/// for the zeros that fill the last step of a segment.
class WeightOrder {
 public:
  explicit WeightOrder(const ConvShape& shape)
      : shape_(shape), run_(shape.dilation_w == 1 ? shape.s * shape.c : shape.c) {}

  /// Segments before cutting: one per kernel row, or per tap when the taps of a row lie apart.
  std::int64_t segments() const { return shape_.r * shape_.s * shape_.c / run_; }
  std::int64_t run() const { return run_; }
  std::int64_t index(std::int64_t k, std::int64_t segment, std::int64_t position) const {
    if (position >= run_) return -1;
    const auto flat = segment * run_ + position;  // [r][s][c]
    const auto c = flat % shape_.c, tap = flat / shape_.c;
    return (k * shape_.c + c) * shape_.r * shape_.s + tap;
  }

 private:
  ConvShape shape_;
  std::int64_t run_;
};

/// Writes [panel][step][vector][lane][group] elements of type Stored.
template <typename From, typename Stored>
void pack_weights(const BlockedPlan& plan, const From* from, std::byte* to) {
  const auto& table = *plan.table;
  const WeightOrder order(plan.shape);
  const std::int64_t group = table.group;
  const auto steps = (order.run() + group - 1) / group;
  for (const auto& panel : plan.panels) {
    auto* out = reinterpret_cast<Stored*>(to + panel.weights_offset);
    for (std::int64_t segment = 0; segment < order.segments(); ++segment) {
      for (std::int64_t step = 0; step < steps; ++step) {
        for (std::int64_t lane = 0; lane < std::int64_t{panel.nr} * table.lanes; ++lane) {
          for (std::int64_t g = 0; g < group; ++g) {
            const auto at = order.index(panel.channel + lane, segment, step * group + g);
            *out++ = lane < panel.channels && at >= 0 ? static_cast<Stored>(from[at]) : Stored{};
          }
        }
      }
    }
  }
}

}  // namespace

BlockedPacked::BlockedPacked(const BlockedPlan& plan, const Constants& constants,
                             devices::Device& device)
    : input_(constants.input), residual_(constants.residual), output_(constants.output) {
  const auto vectors = static_cast<std::size_t>(plan.vectors());
  const auto channels = vectors * static_cast<std::size_t>(plan.table->lanes) * sizeof(float);
  bias_ = vectors * static_cast<std::size_t>(plan.steps * plan.table->step_bytes);
  scale_ = bias_ + channels;
  correction_ = scale_ + (plan.integer ? channels : 0);
  buffer_ = device.allocate(correction_ + (plan.integer ? channels : 0));
  auto* host = buffer_->host();
  std::fill(host, host + buffer_->size(), std::byte{0});
  const auto& values = constants.weight->values;
  if (!plan.integer) {
    pack_weights<float, float>(plan, values.data<float>().data(), host);
  } else if (plan.table->data_bytes == 1) {
    pack_weights<std::int8_t, std::int8_t>(plan, values.data<std::int8_t>().data(), host);
  } else {
    pack_weights<std::int8_t, std::int16_t>(plan, values.data<std::int8_t>().data(), host);
  }
  pack_channels(plan, constants);
}

void BlockedPacked::pack_channels(const BlockedPlan& plan, const Constants& constants) {
  auto* bias = reinterpret_cast<float*>(buffer_->host() + bias_);
  if (plan.shape.bias && constants.bias != nullptr) {
    const auto values = constants.bias->data<float>();
    std::copy(values.begin(), values.end(), bias);
  }
  if (!plan.integer) return;
  auto* scale = reinterpret_cast<float*>(buffer_->host() + scale_);
  auto* correction = reinterpret_cast<std::int32_t*>(buffer_->host() + correction_);
  const auto& scales = constants.weight->scales;
  const auto weights = constants.weight->values.data<std::int8_t>();
  const auto reduction = static_cast<std::size_t>(plan.shape.reduction());
  for (std::size_t k = 0; k < static_cast<std::size_t>(plan.shape.k); ++k) {
    scale[k] = input_.scale * (scales.size() == 1 ? scales[0] : scales.at(k));
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < reduction; ++i) sum += weights[k * reduction + i];
    correction[k] = sum * input_.zero_point;
  }
}

}  // namespace paretune::kernels
