// SPDX-License-Identifier: Apache-2.0
#include "harness/accuracy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "harness/errors.h"
#include "results/statistics.h"

namespace paretune::harness {
namespace {

using model::ElementType;

std::size_t find_output(const Study& study, const model::Graph& graph) {
  std::vector<std::string> names;
  for (const model::ValueInfo& output : graph.outputs) names.push_back(output.name);
  if (study.metric_output.empty() && !names.empty()) return 0;
  const auto found = std::find(names.begin(), names.end(), study.metric_output);
  if (found == names.end()) {
    throw ConfigError(fmt::format("the metric scores output '{}', but the model has: {}",
                                  study.metric_output, fmt::join(names, ", ")));
  }
  return static_cast<std::size_t>(found - names.begin());
}

bool is_class(ElementType type) { return type == ElementType::i64 || type == ElementType::i32; }

/// The shape inference found, or what the file states.
const model::ValueInfo& info_of(const model::Graph& graph, std::size_t output) {
  const auto inferred = graph.values.find(graph.outputs[output].name);
  return inferred == graph.values.end() ? graph.outputs[output] : inferred->second;
}

}  // namespace

Scoring::Scoring(const Study& study, const model::Graph& graph, std::size_t batch)
    : output_(find_output(study, graph)),
      batch_(batch),
      by_mean_(study.metric == "mean_threshold"),
      threshold_(study.metric_threshold) {
  const model::ValueInfo& info = info_of(graph, output_);
  const auto count = static_cast<std::size_t>(model::element_count(info.shape));
  const bool classes = !by_mean_ && is_class(info.type) && count == batch;
  const bool scores = info.type == ElementType::f32 && count > 0 && count % batch == 0;
  if (classes || scores) return;
  throw ConfigError(fmt::format(
      "the metric {} needs float scores of {} sample(s), but the model's output '{}' is "
      "{} {}; name another one with data.metric.output",
      study.metric, batch, info.name, model::to_text(info.type), model::to_text(info.shape)));
}

std::int64_t Scoring::answer(const std::vector<model::Tensor>& outputs, std::size_t slot) const {
  const model::Tensor& output = outputs.at(output_);
  if (output.type() == ElementType::i64) return output.data<std::int64_t>()[slot];
  if (output.type() == ElementType::i32) return output.data<std::int32_t>()[slot];
  const std::size_t count = output.count() / batch_;
  const auto scores = output.data<float>().subspan(slot * count, count);
  if (!by_mean_) return std::max_element(scores.begin(), scores.end()) - scores.begin();
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  return sum / static_cast<double>(count) > threshold_ ? 1 : 0;
}

results::Metric measure_accuracy(runtime::Session& session, const Scoring& scoring,
                                 const Dataset& dataset, const std::vector<std::size_t>& indices,
                                 const std::string& name) {
  std::int64_t correct = 0;
  std::size_t scored = 0;
  std::vector<model::Tensor> outputs;
  for (const auto& chunk : in_batches(indices, dataset.batch())) {
    session.run(dataset.inputs(chunk), outputs);
    for (std::size_t i = 0; i < chunk.size() && scored < indices.size(); ++i, ++scored) {
      if (scoring.answer(outputs, i) == dataset.label(chunk[i])) ++correct;
    }
  }
  const auto n = static_cast<std::int64_t>(indices.size());
  const results::Interval interval = results::wilson(correct, n);
  return {name, interval.value, interval.lo, interval.hi, n};
}

}  // namespace paretune::harness
