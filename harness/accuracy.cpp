// SPDX-License-Identifier: Apache-2.0
#include "harness/accuracy.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "results/statistics.h"

namespace paretune::harness {
namespace {

/// Index of the largest of `scores`; the first one on a tie.
std::int64_t argmax(std::span<const float> scores) {
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

}  // namespace

results::Metric measure_accuracy(runtime::Session& session, std::size_t batch,
                                 const Dataset& dataset, const std::vector<std::size_t>& indices,
                                 const std::string& name) {
  std::int64_t correct = 0;
  std::vector<model::Tensor> outputs;
  for (std::size_t start = 0; start < indices.size(); start += batch) {
    std::vector<std::size_t> chunk;
    for (std::size_t i = 0; i < batch; ++i) {
      chunk.push_back(indices[std::min(start + i, indices.size() - 1)]);
    }
    session.run(dataset.inputs(chunk), outputs);
    const std::span<const float> scores = std::as_const(outputs.at(0)).data<float>();
    const std::size_t classes = scores.size() / batch;
    for (std::size_t i = 0; i < batch && start + i < indices.size(); ++i) {
      if (argmax(scores.subspan(i * classes, classes)) == dataset.label(chunk[i])) ++correct;
    }
  }
  const auto n = static_cast<std::int64_t>(indices.size());
  const results::Interval interval = results::wilson(correct, n);
  return {name, interval.value, interval.lo, interval.hi, n};
}

}  // namespace paretune::harness
