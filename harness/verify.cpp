// SPDX-License-Identifier: Apache-2.0
#include "harness/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "model/ops/evaluate.h"
#include "model/quant/qdq.h"

namespace paretune::harness {
namespace {

constexpr double kQuantizedShare = 0.03;

double element(const model::Tensor& tensor, std::size_t i) {
  switch (tensor.type()) {
    case model::ElementType::f32:
      return tensor.data<float>()[i];
    case model::ElementType::f64:
      return tensor.data<double>()[i];
    case model::ElementType::i64:
      return static_cast<double>(tensor.data<std::int64_t>()[i]);
    case model::ElementType::i32:
      return tensor.data<std::int32_t>()[i];
    case model::ElementType::u8:
      return tensor.data<std::uint8_t>()[i];
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

double largest(const std::vector<std::vector<model::Tensor>>& samples) {
  double most = 0;
  for (const auto& outputs : samples) {
    for (const model::Tensor& tensor : outputs) {
      for (std::size_t i = 0; i < tensor.count(); ++i)
        most = std::max(most, std::abs(element(tensor, i)));
    }
  }
  return most;
}

}  // namespace

Tolerance tolerance_for(const model::Candidate& candidate,
                        const std::vector<std::vector<model::Tensor>>& expected) {
  const bool all_fp32 =
      std::all_of(candidate.layers.begin(), candidate.layers.end(), [](const auto& entry) {
        return entry.second.scheme.empty() || entry.second.scheme == "fp32";
      });
  if (all_fp32) return {};
  return {kQuantizedShare * largest(expected), 0};
}

std::string compare_outputs(const std::vector<model::Tensor>& expected,
                            const std::vector<model::Tensor>& actual, const Tolerance& tolerance) {
  if (expected.size() != actual.size()) {
    return fmt::format("{} outputs instead of {}", actual.size(), expected.size());
  }
  for (std::size_t k = 0; k < expected.size(); ++k) {
    if (expected[k].shape() != actual[k].shape() || expected[k].type() != actual[k].type()) {
      return fmt::format("output {} has shape {} instead of {}", k,
                         model::to_text(actual[k].shape()), model::to_text(expected[k].shape()));
    }
    for (std::size_t i = 0; i < expected[k].count(); ++i) {
      const double b = element(expected[k], i);
      const double a = element(actual[k], i);
      // Written so that a NaN on either side fails.
      if (!(std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(b))) {
        return fmt::format("output {} element {} is {:.6g}, the reference has {:.6g}", k, i, a, b);
      }
    }
  }
  return "";
}

double max_error(const std::vector<model::Tensor>& expected,
                 const std::vector<model::Tensor>& actual) {
  double worst = 0;
  for (std::size_t k = 0; k < std::min(expected.size(), actual.size()); ++k) {
    for (std::size_t i = 0; i < std::min(expected[k].count(), actual[k].count()); ++i) {
      const double error = std::abs(element(expected[k], i) - element(actual[k], i));
      worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
    }
  }
  return worst;
}

namespace {

template <typename T>
void alternate(std::span<T> values, bool with_zeros) {
  if (values.empty()) return;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const T pattern[] = {*most, *least, T{}};
  const std::size_t period = with_zeros ? 3 : 2;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = pattern[i % period];
}

}  // namespace

model::Tensor extremes_of(const model::Tensor& sample) {
  model::Tensor made = sample;
  switch (made.type()) {
    case model::ElementType::f32:
      alternate(made.data<float>(), true);
      break;
    case model::ElementType::f64:
      alternate(made.data<double>(), true);
      break;
    case model::ElementType::i64:
      alternate(made.data<std::int64_t>(), false);
      break;
    case model::ElementType::i32:
      alternate(made.data<std::int32_t>(), false);
      break;
    case model::ElementType::u8:
      alternate(made.data<std::uint8_t>(), false);
      break;
    case model::ElementType::i8:
      alternate(made.data<std::int8_t>(), false);
      break;
    default:
      break;
  }
  return made;
}

std::map<std::string, std::string> schemes_of(const runtime::LoadedModel& model,
                                              const model::Candidate& candidate) {
  std::map<std::string, std::string> schemes;
  for (const model::Layer& layer : model.layers) {
    if (!layer.quantizable()) continue;
    const auto choice = candidate.layers.find(layer.id);
    schemes[layer.id] = choice == candidate.layers.end() ? "fp32" : choice->second.scheme;
  }
  return schemes;
}

ReferenceOutputs::ReferenceOutputs(const runtime::LoadedModel& model,
                                   std::vector<std::vector<model::Tensor>> samples)
    : model_(model), samples_(std::move(samples)) {}

const std::vector<std::vector<model::Tensor>>& ReferenceOutputs::of(
    const model::Candidate& candidate) {
  const auto schemes = schemes_of(model_, candidate);
  std::string key;
  for (const auto& [layer, scheme] : schemes) key += scheme + ' ';
  const auto found = cache_.find(key);
  if (found != cache_.end()) return found->second;
  const model::Graph graph =
      model::insert_qdq(model_.graph, model_.layers, schemes, model_.parameters);
  std::vector<std::vector<model::Tensor>> outputs;
  for (const auto& sample : samples_) outputs.push_back(model::evaluate(graph, sample));
  return cache_[key] = std::move(outputs);
}

std::string verify_session(runtime::Session& session, const model::Candidate& candidate,
                           ReferenceOutputs& reference) {
  const auto& expected = reference.of(candidate);
  const Tolerance tolerance = tolerance_for(candidate, expected);
  for (std::size_t sample = 0; sample < expected.size(); ++sample) {
    session.poison();
    const auto actual = session.run(reference.samples()[sample]);
    std::string wrong = compare_outputs(expected[sample], actual, tolerance);
    if (!wrong.empty()) return fmt::format("sample {}: {}", sample, wrong);
  }
  return session.damage();
}

}  // namespace paretune::harness
