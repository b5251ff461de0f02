// SPDX-License-Identifier: Apache-2.0
#include "model/float16.h"
#include "model/quant/factories.h"

namespace paretune::model {
namespace {

/// Data and weights rounded to bfloat16, sums in f32.
class Bf16 : public Scheme {
 public:
  std::string_view name() const override { return "bf16"; }
  ElementType input_type() const override { return ElementType::f32; }
  std::string_view weight_tag() const override { return "bf16"; }

  QuantizedWeight quantize(const Tensor& weight, std::size_t /*channel_axis*/) const override {
    Tensor values(ElementType::bf16, weight.shape());
    const auto bits = bits16(values);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      bits[i] = bf16_from_float(weight.data<float>()[i]);
    }
    return {std::move(values), {}};
  }
};

}  // namespace

std::unique_ptr<Scheme> make_bf16() { return std::make_unique<Bf16>(); }

}  // namespace paretune::model
