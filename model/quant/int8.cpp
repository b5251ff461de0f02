// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/quant/factories.h"

namespace paretune::model {
namespace {

/// -128 is not used, so that the range is symmetric and a negated weight stays representable.
constexpr float largest = 127.0F;

float scale_of(std::span<const float> values) {
  float size = 0;
  for (const float value : values) size = std::max(size, std::fabs(value));
  // A scale below the smallest normal number would divide to infinity; an all-zero tensor needs
  // none.
  return size / largest < std::numeric_limits<float>::min() ? 1.0F : size / largest;
}

/// Activations u8 asymmetric, weights i8 symmetric with one scale per tensor or per output channel
/// (Jacob et al., "Quantization and Training of Neural Networks for Efficient
/// Integer-Arithmetic-Only Inference", 2018), sums in i32.
class Int8 : public Scheme {
 public:
  explicit Int8(bool per_channel) : per_channel_(per_channel) {}

  std::string_view name() const override { return per_channel_ ? "int8_channel" : "int8_tensor"; }
  ElementType input_type() const override { return ElementType::u8; }
  std::string_view weight_tag() const override { return per_channel_ ? "s8_channel" : "s8_tensor"; }

  QuantizedWeight quantize(const Tensor& weight) const override {
    QuantizedWeight result{Tensor(ElementType::i8, weight.shape()), {}};
    const auto from = weight.data<float>();
    const auto to = result.values.data<std::int8_t>();
    const std::size_t groups =
        per_channel_ ? static_cast<std::size_t>(weight.dim(0)) : std::size_t{1};
    const std::size_t size = groups == 0 ? 0 : from.size() / groups;
    for (std::size_t group = 0; group < groups; ++group) {
      const float scale = scale_of(from.subspan(group * size, size));
      result.scales.push_back(scale);
      for (std::size_t i = group * size; i < (group + 1) * size; ++i) {
        const float steps = std::nearbyint(from[i] / scale);
        to[i] = std::isnan(steps) ? std::int8_t{0}
                                  : static_cast<std::int8_t>(std::clamp(steps, -largest, largest));
      }
    }
    return result;
  }

 private:
  bool per_channel_;
};

}  // namespace

std::unique_ptr<Scheme> make_int8_tensor() { return std::make_unique<Int8>(false); }
std::unique_ptr<Scheme> make_int8_channel() { return std::make_unique<Int8>(true); }

}  // namespace paretune::model
