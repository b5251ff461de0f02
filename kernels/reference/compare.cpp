// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "kernels/reference/values.h"

namespace paretune::kernels {
namespace {

constexpr double f32_unit = 0x1.0p-24;
constexpr double bf16_unit = 0x1.0p-8;
constexpr double f16_unit = 0x1.0p-11;

/// Largest |error| allowed per output: factor * magnitude + relative * |exact|.
struct Bound {
  double factor = 0;
  double relative = 0;
};

Bound bound_of(const model::Workload& workload) {
  Bound bound{8 * f32_unit, f32_unit};
  if (workload.family == "global_average_pool") {
    bound.factor *= std::sqrt(static_cast<double>(workload.dim("h") * workload.dim("w")));
  }
  if (workload.family != "conv" && workload.family != "gemm") return bound;
  // Integer sums are exact: only the epilogue's few float operations round.
  const bool exact_sum = input_type(workload) == model::ElementType::u8;
  const auto reduction = exact_sum ? 4 : conv_shape(workload).reduction();
  bound.factor *= std::sqrt(static_cast<double>(reduction));
  if (workload.tag("wei") == "bf16") bound.relative = bf16_unit;
  if (workload.tag("wei") == "f16") bound.relative = f16_unit;
  return bound;
}

std::string describe(std::size_t at, const model::Shape& shape, double actual, double expected,
                     double allowed) {
  std::string place;
  std::size_t rest = at;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const auto extent = static_cast<std::size_t>(shape[axis]);
    place = fmt::format("{}{}{}", rest % extent, place.empty() ? "" : ",", place);
    rest /= extent;
  }
  return fmt::format("element [{}] is {:.9g} and should be {:.9g} (off by {:.3g}, {:.3g} allowed)",
                     place, actual, expected, std::abs(actual - expected), allowed);
}

/// Keeps the element that exceeds its allowance most.
struct Worst {
  std::string sentence;
  double excess = 0;
  void see(const model::Tensor& tensor, std::size_t at, double actual, double expected,
           double allowed) {
    const double error = std::abs(actual - expected);
    if (error <= allowed) return;  // false for NaN
    const double over = std::isfinite(error) ? error - allowed : HUGE_VAL;
    if (!sentence.empty() && over <= excess) return;
    excess = over;
    sentence = describe(at, tensor.shape(), actual, expected, allowed);
  }
};

}  // namespace

std::string compare(const model::Workload& workload, const ReferenceResult& expected,
                    const model::Tensor& actual) {
  if (actual.type() != expected.output.type() || actual.count() != expected.output.count()) {
    return fmt::format("the output is {} {} and should be {} {}", model::to_text(actual.type()),
                       model::to_text(actual.shape()), model::to_text(expected.output.type()),
                       model::to_text(expected.output.shape()));
  }
  Worst worst;
  if (actual.type() == model::ElementType::u8) {
    const auto values = actual.data<std::uint8_t>(), truth = expected.output.data<std::uint8_t>();
    for (std::size_t i = 0; i < values.size(); ++i) worst.see(actual, i, values[i], truth[i], 1);
    return worst.sentence;
  }
  const auto values = actual.data<float>();
  const auto bound = bound_of(workload);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double exact = expected.exact[i];
    const double allowed = bound.factor * expected.magnitude[i] + bound.relative * std::abs(exact);
    worst.see(actual, i, static_cast<double>(values[i]), exact, allowed);
  }
  return worst.sentence;
}

}  // namespace paretune::kernels
