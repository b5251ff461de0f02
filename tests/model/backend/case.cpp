// SPDX-License-Identifier: Apache-2.0
#include "tests/model/backend/case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "model/errors.h"
#include "model/float16.h"
#include "model/onnx/reader.h"
#include "model/ops/evaluate.h"

namespace paretune::model {
namespace {

std::vector<Tensor> tensors(const std::filesystem::path& folder, const std::string& kind) {
  std::vector<Tensor> found;
  for (int i = 0;; ++i) {
    const auto file = folder / fmt::format("{}_{}.pb", kind, i);
    if (!std::filesystem::exists(file)) return found;
    found.push_back(read_tensor(file));
  }
}

bool is_floating(ElementType type) {
  return type == ElementType::f32 || type == ElementType::f64 || type == ElementType::f16 ||
         type == ElementType::bf16;
}

double element(const Tensor& tensor, std::size_t i) {
  switch (tensor.type()) {
    case ElementType::f32:
      return tensor.data<float>()[i];
    case ElementType::f64:
      return tensor.data<double>()[i];
    case ElementType::f16:
      return f16_to_float(bits16(tensor)[i]);
    default:
      return bf16_to_float(bits16(tensor)[i]);
  }
}

std::string floating_difference(const Tensor& actual, const Tensor& expected, const Case& test) {
  // Two units in the last place of bfloat16, as ONNX's runner allows.
  constexpr double bf16_rtol = 1.0 / 64;
  const double rtol =
      actual.type() == ElementType::bf16 ? std::max(test.rtol, bf16_rtol) : test.rtol;
  for (std::size_t i = 0; i < actual.count(); ++i) {
    const double a = element(actual, i), b = element(expected, i);
    const bool same = a == b || (std::isnan(a) && std::isnan(b));
    if (!same && !(std::fabs(a - b) <= test.atol + rtol * std::fabs(b))) {
      return fmt::format("element {} is {} instead of {}", i, a, b);
    }
  }
  return "";
}

std::string difference(const Tensor& actual, const Tensor& expected, const Case& test) {
  if (actual.type() != expected.type() || actual.shape() != expected.shape()) {
    return fmt::format("{} {} instead of {} {}", to_text(actual.type()), to_text(actual.shape()),
                       to_text(expected.type()), to_text(expected.shape()));
  }
  if (is_floating(actual.type())) return floating_difference(actual, expected, test);
  const std::size_t size = size_of(actual.type());
  for (std::size_t i = 0; i < actual.count(); ++i) {
    if (std::memcmp(&actual.bytes()[i * size], &expected.bytes()[i * size], size) != 0) {
      return fmt::format("element {} of {} {} differs", i, to_text(actual.type()),
                         to_text(actual.shape()));
    }
  }
  return "";
}

bool fits(const ValueInfo& info, const Tensor& tensor) {
  if (info.type != tensor.type() || info.shape.size() != tensor.rank()) return false;
  for (std::size_t i = 0; i < tensor.rank(); ++i) {
    if (info.shape[i] >= 0 && info.shape[i] != tensor.dim(i)) return false;
  }
  return true;
}

using Values = std::map<std::string, ValueInfo>;

/// What the shape rules say before anything runs; empty when a shape depends on data.
Values inferred(Graph graph, bool free_dimensions) {
  for (auto& input : graph.inputs) {
    if (free_dimensions) input.shape.assign(input.shape.size(), -1);
  }
  // What the file declares must not stand in for what the rules find; some of it is wrong.
  for (auto& output : graph.outputs) output.shape.assign(output.shape.size(), -1);
  try {
    infer_shapes(graph);
  } catch (const UnsupportedModel&) {
    return {};
  }
  return graph.values;
}

/// "" unless a rule promised something else than was computed.
std::string broken_promise(const Values& values, const std::string& name, const Tensor& value) {
  const auto info = values.find(name);
  if (info == values.end() || fits(info->second, value)) return "";
  return fmt::format("'{}' was inferred as {} {} but is {} {}", name, to_text(info->second.type),
                     to_text(info->second.shape), to_text(value.type()), to_text(value.shape()));
}

Outcome evaluate_case(const Case& test) {
  const Graph graph = read_onnx(test.folder / "model.onnx");
  const Values fixed = inferred(graph, false), free = inferred(graph, true);
  Outcome outcome{"", !fixed.empty()};
  const auto note = [&](const std::string& text) {
    if (outcome.failure.empty()) outcome.failure = text;
  };
  const auto expected = tensors(test.folder, "output");
  const auto actual = evaluate(graph, tensors(test.folder, "input"),
                               [&](const std::string& name, const Tensor& value) {
                                 note(broken_promise(fixed, name, value));
                                 note(broken_promise(free, name, value));
                               });
  if (actual.size() != expected.size()) note("another number of outputs");
  for (std::size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    note(difference(actual[i], expected[i], test));
  }
  return outcome;
}

}  // namespace

std::vector<Case> cases_of(const std::filesystem::path& folder) {
  std::ifstream list(folder / "cases.txt");
  if (!list) throw std::runtime_error(folder.string() + " holds no cases.txt");
  std::vector<Case> cases;
  for (std::string line; std::getline(list, line);) {
    std::istringstream words(line);
    Case test;
    std::string types, operators;
    words >> test.name >> test.rtol >> test.atol >> types >> operators;
    if (!words) throw std::runtime_error("cases.txt has an unreadable line: " + line);
    test.folder = folder / test.name;
    test.low_bit = types == "low";
    std::istringstream names(operators);
    for (std::string name; std::getline(names, name, ',');) test.operators.push_back(name);
    cases.push_back(std::move(test));
  }
  return cases;
}

Outcome run(const Case& test) {
  try {
    return evaluate_case(test);
  } catch (const std::exception& error) {
    return {error.what(), false};
  }
}

}  // namespace paretune::model
