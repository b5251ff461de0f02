// SPDX-License-Identifier: Apache-2.0
#include "model/quant/factories.h"

namespace paretune::model {
namespace {

/// Everything as it was trained.
class Fp32 : public Scheme {
 public:
  std::string_view name() const override { return "fp32"; }
  ElementType input_type() const override { return ElementType::f32; }
  std::string_view weight_tag() const override { return "f32"; }
  QuantizedWeight quantize(const Tensor& weight, std::size_t /*channel_axis*/) const override {
    return {weight, {}};
  }
};

}  // namespace

std::unique_ptr<Scheme> make_fp32() { return std::make_unique<Fp32>(); }

}  // namespace paretune::model
