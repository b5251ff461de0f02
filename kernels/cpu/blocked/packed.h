// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cpu/blocked/plan.h"
#include "kernels/kernel.h"

namespace paretune::kernels {

/// Weights in panels and, per output channel (padded to whole vectors), scale, bias and the integer
/// correction zero_point * sum(weights).
class BlockedPacked : public Packed {
 public:
  /// Throws devices::DeviceOutOfMemory.
  BlockedPacked(const BlockedPlan& plan, const Constants& constants, devices::Device& device);
  std::size_t bytes() const override { return buffer_->size(); }

  const std::byte* weights() const { return buffer_->host(); }
  const float* bias() const { return reinterpret_cast<const float*>(buffer_->host() + bias_); }
  const float* scale() const { return reinterpret_cast<const float*>(buffer_->host() + scale_); }
  const std::int32_t* correction() const {
    return reinterpret_cast<const std::int32_t*>(buffer_->host() + correction_);
  }
  const model::QuantParams& input() const { return input_; }
  const model::QuantParams& residual() const { return residual_; }
  const model::QuantParams& output() const { return output_; }
  float output_inverse() const { return 1.0F / output_.scale; }

 private:
  void pack_channels(const BlockedPlan& plan, const Constants& constants);

  std::unique_ptr<devices::Buffer> buffer_;
  std::size_t bias_ = 0, scale_ = 0, correction_ = 0;
  model::QuantParams input_, residual_, output_;
};

}  // namespace paretune::kernels
