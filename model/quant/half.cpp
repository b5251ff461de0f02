// SPDX-License-Identifier: Apache-2.0
#include "model/float16.h"
#include "model/quant/factories.h"

namespace paretune::model {
namespace {

/// Data and weights rounded to a 16-bit floating-point type, sums in f32.
class Half : public Scheme {
 public:
  Half(std::string_view name, ElementType type) : name_(name), type_(type) {}

  std::string_view name() const override { return name_; }
  ElementType input_type() const override { return ElementType::f32; }
  std::string_view weight_tag() const override { return to_text(type_); }

  QuantizedWeight quantize(const Tensor& weight, std::size_t /*channel_axis*/) const override {
    Tensor values(type_, weight.shape());
    const auto bits = bits16(values);
    const auto from = weight.data<float>();
    for (std::size_t i = 0; i < bits.size(); ++i) {
      bits[i] = type_ == ElementType::bf16 ? bf16_from_float(from[i])
                                           : f16_from_double(static_cast<double>(from[i]));
    }
    return {std::move(values), {}};
  }

 private:
  std::string_view name_;
  ElementType type_;
};

}  // namespace

std::unique_ptr<Scheme> make_bf16() { return std::make_unique<Half>("bf16", ElementType::bf16); }
std::unique_ptr<Scheme> make_fp16() { return std::make_unique<Half>("fp16", ElementType::f16); }

}  // namespace paretune::model
