// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/values.h"

#include <algorithm>
#include <cmath>

#include "model/errors.h"

namespace paretune::kernels {

std::vector<double> real_values(const model::Tensor& tensor, model::QuantParams params) {
  std::vector<double> values(tensor.count());
  if (tensor.type() == model::ElementType::f32) {
    std::copy(tensor.data<float>().begin(), tensor.data<float>().end(), values.begin());
  } else if (tensor.type() == model::ElementType::u8) {
    const auto from = tensor.data<std::uint8_t>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<double>(params.scale) * (from[i] - params.zero_point);
    }
  } else {
    throw model::UnsupportedModel("the reference reads f32 and u8, not " +
                                  std::string(model::to_text(tensor.type())));
  }
  return values;
}

std::uint8_t quantize_exact(double value, model::QuantParams params) {
  const double rounded = std::nearbyint(value / static_cast<double>(params.scale));
  return static_cast<std::uint8_t>(std::clamp(rounded + params.zero_point, 0.0, 255.0));
}

model::Tensor store_values(const model::Workload& workload, const std::vector<double>& exact,
                           model::QuantParams output) {
  model::Tensor tensor(output_type(workload), output_shape(workload));
  if (tensor.type() == model::ElementType::f32) {
    std::transform(exact.begin(), exact.end(), tensor.data<float>().begin(),
                   [](double value) { return static_cast<float>(value); });
  } else if (tensor.type() == model::ElementType::u8) {
    std::transform(exact.begin(), exact.end(), tensor.data<std::uint8_t>().begin(),
                   [&](double value) { return quantize_exact(value, output); });
  } else {
    throw model::UnsupportedModel("the reference writes f32 and u8, not " +
                                  std::string(model::to_text(tensor.type())));
  }
  return tensor;
}

}  // namespace paretune::kernels
