// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/reference/values.h"
#include "model/errors.h"

namespace paretune::kernels {
namespace {

using Inputs = std::vector<model::Tensor>;

void activate(ReferenceResult& result, bool relu) {
  if (!relu) return;
  for (auto& value : result.exact) value = std::max(value, 0.0);
}

void add_residual(ReferenceResult& result, const model::Tensor& residual,
                  model::QuantParams params) {
  const auto values = real_values(residual, params);
  for (std::size_t i = 0; i < result.exact.size(); ++i) {
    result.exact[i] += values.at(i);
    result.magnitude[i] += std::abs(values[i]);
  }
}

ReferenceResult run_conv(const model::Workload& workload, const Constants& constants,
                         const Inputs& inputs) {
  const auto shape = conv_shape(workload);
  auto sums = convolve(shape, constants, inputs.at(0));
  ReferenceResult result;
  result.exact = std::move(sums.value);
  result.magnitude = std::move(sums.magnitude);
  if (shape.bias) {
    const auto bias = constants.bias->data<float>();
    for (std::size_t i = 0; i < result.exact.size(); ++i) {
      const auto value = static_cast<double>(bias[i % static_cast<std::size_t>(shape.k)]);
      result.exact[i] += value;
      result.magnitude[i] += std::abs(value);
    }
  }
  if (shape.add) add_residual(result, inputs.at(1), constants.residual);
  activate(result, shape.relu);
  return result;
}

ReferenceResult run_max_pool(const model::Workload& workload, const Constants& constants,
                             const Inputs& inputs) {
  const auto n = workload.dim("n"), c = workload.dim("c");
  const auto h = workload.dim("h"), w = workload.dim("w");
  const auto values = real_values(inputs.at(0), constants.input);
  ReferenceResult result;
  for (std::int64_t at = 0; at < n * workload.out_h() * workload.out_w() * c; ++at) {
    const auto channel = at % c, ox = at / c % workload.out_w();
    const auto oy = at / c / workload.out_w() % workload.out_h();
    const auto image = at / c / workload.out_w() / workload.out_h();
    double best = -std::numeric_limits<double>::infinity();
    for (std::int64_t r = 0; r < workload.dim("r"); ++r) {
      for (std::int64_t s = 0; s < workload.dim("s"); ++s) {
        const auto y = oy * workload.dim("stride_h") - workload.dim("pad_t") + r;
        const auto x = ox * workload.dim("stride_w") - workload.dim("pad_l") + s;
        if (y < 0 || y >= h || x < 0 || x >= w) continue;
        best = std::max(best, values[((image * h + y) * w + x) * c + channel]);
      }
    }
    result.exact.push_back(best);
  }
  result.magnitude.assign(result.exact.size(), 0.0);
  return result;
}

ReferenceResult run_average(const model::Workload& workload, const Constants& constants,
                            const Inputs& inputs) {
  const auto n = workload.dim("n"), c = workload.dim("c");
  const auto area = workload.dim("h") * workload.dim("w");
  const auto values = real_values(inputs.at(0), constants.input);
  ReferenceResult result;
  result.exact.assign(static_cast<std::size_t>(n * c), 0.0);
  result.magnitude = result.exact;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto pixel = static_cast<std::int64_t>(i) / c;
    const auto to = static_cast<std::size_t>(pixel / area * c + static_cast<std::int64_t>(i) % c);
    result.exact[to] += values[i] / static_cast<double>(area);
    result.magnitude[to] += std::abs(values[i]) / static_cast<double>(area);
  }
  return result;
}

ReferenceResult run_pointwise(const model::Workload& workload, const Constants& constants,
                              const Inputs& inputs) {
  ReferenceResult result;
  result.exact = real_values(inputs.at(0), constants.input);
  result.magnitude.resize(result.exact.size());
  std::transform(result.exact.begin(), result.exact.end(), result.magnitude.begin(),
                 [](double value) { return std::abs(value); });
  if (workload.family == "add") add_residual(result, inputs.at(1), constants.residual);
  const auto relu = workload.dims.find("relu");
  activate(result, workload.family == "relu" || (relu != workload.dims.end() && relu->second != 0));
  return result;
}

ReferenceResult run_convert(const model::Workload& workload, const Constants& constants,
                            const Inputs& inputs) {
  ReferenceResult result;
  const auto values = real_values(inputs.at(0), constants.input);
  result.exact = values;
  result.magnitude.assign(values.size(), 0.0);
  const auto from = model::Port::parse(workload.tag("from")).layout;
  const auto to = model::Port::parse(workload.tag("to")).layout;
  if (workload.dims.count("n") == 0 || from == to) return result;
  const auto c = workload.dim("c"), area = workload.dim("h") * workload.dim("w");
  for (std::int64_t at = 0; at < workload.dim("n") * c * area; ++at) {
    // `at` counts in NHWC order; `planar` is the same element in NCHW order.
    const auto channel = at % c, pixel = at / c % area, image = at / c / area;
    const auto planar = (image * c + channel) * area + pixel;
    if (to == "nhwc") result.exact[at] = values[planar];
    if (to == "nchw") result.exact[planar] = values[at];
  }
  return result;
}

ReferenceResult run_family(const model::Workload& workload, const Constants& constants,
                           const Inputs& inputs) {
  const auto& family = workload.family;
  if (family == "conv" || family == "gemm") return run_conv(workload, constants, inputs);
  if (family == "max_pool") return run_max_pool(workload, constants, inputs);
  if (family == "global_average_pool") return run_average(workload, constants, inputs);
  if (family == "add" || family == "relu") return run_pointwise(workload, constants, inputs);
  if (family == "convert") return run_convert(workload, constants, inputs);
  throw model::UnsupportedModel("the reference does not know the workload family '" + family + "'");
}

}  // namespace

ReferenceResult reference_run(const model::Workload& workload, const Constants& constants,
                              const std::vector<model::Tensor>& inputs) {
  auto result = run_family(workload, constants, inputs);
  result.output = store_values(workload, result.exact, constants.output);
  return result;
}

}  // namespace paretune::kernels
