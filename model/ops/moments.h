// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/ops/dispatch.h"

namespace paretune::model {

/// Mean and population variance, summed in double; zeros for no values.
struct Moments {
  double mean = 0, variance = 0;
};

template <typename T>
Moments moments_of(std::span<const T> values) {
  if (values.empty()) return {};
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const T value : values) sum += static_cast<double>(value);
  const double mean = sum / count;
  for (const T value : values) {
    squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  }
  return {mean, squares / count};
}

/// The values of a floating tensor in double.
inline std::vector<double> doubles_of(const Tensor& tensor) {
  std::vector<double> values;
  for_floating(tensor.type(), [&]<typename T>() {
    const auto data = tensor.data<T>();
    values.assign(data.begin(), data.end());
  });
  return values;
}

}  // namespace paretune::model
