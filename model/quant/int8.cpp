// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/quant/factories.h"

namespace paretune::model {
namespace {

/// -128 is not used, so that the range is symmetric and a negated weight stays representable.
constexpr float largest = 127.0F;

float scale_of(float size) {
  // A scale below the smallest normal number would divide to infinity; an all-zero tensor needs
  // none.
  return size / largest < std::numeric_limits<float>::min() ? 1.0F : size / largest;
}

std::int8_t rounded(float value, float scale) {
  const float steps = std::nearbyint(value / scale);
  return std::isnan(steps) ? std::int8_t{0}
                           : static_cast<std::int8_t>(std::clamp(steps, -largest, largest));
}

/// Which group of elements shares a scale: `groups` channels of `run` elements, over and over.
struct Channels {
  std::size_t groups = 1, run = 1;
  std::size_t of(std::size_t element) const { return element / run % groups; }
};

Channels channels_along(const Shape& shape, std::size_t axis) {
  Channels channels{static_cast<std::size_t>(shape.at(axis)), 1};
  for (std::size_t i = axis + 1; i < shape.size(); ++i) {
    channels.run *= static_cast<std::size_t>(shape[i]);
  }
  return channels;
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

  QuantizedWeight quantize(const Tensor& weight, std::size_t channel_axis) const override {
    QuantizedWeight result{Tensor(ElementType::i8, weight.shape()), {}};
    const auto from = weight.data<float>();
    const auto to = result.values.data<std::int8_t>();
    const Channels channels =
        per_channel_ ? channels_along(weight.shape(), channel_axis) : Channels{1, from.size()};
    std::vector<float> sizes(channels.groups, 0.0F);
    for (std::size_t i = 0; i < from.size(); ++i) {
      float& size = sizes[channels.of(i)];
      size = std::max(size, std::fabs(from[i]));
    }
    for (const float size : sizes) result.scales.push_back(scale_of(size));
    for (std::size_t i = 0; i < from.size(); ++i) {
      to[i] = rounded(from[i], result.scales[channels.of(i)]);
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
