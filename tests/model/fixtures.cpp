// SPDX-License-Identifier: Apache-2.0
#include "tests/model/fixtures.h"

#include <fmt/format.h>

#include <cmath>
#include <random>

#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "model/ops/evaluate.h"
#include "model/ops/operator.h"
#include "tests/model/python.h"

namespace paretune::model {

std::filesystem::path resnet_file() {
  return std::filesystem::path(PARETUNE_SOURCE_DIR) / "configs/models/resnet8_fmnist.onnx";
}

Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<float> normal;
  Tensor tensor(ElementType::f32, shape);
  for (float& value : tensor.data<float>()) value = normal(generator);
  return tensor;
}

std::filesystem::path small_model(const std::string& test) {
  const auto folder = fresh_folder(test + "_small");
  run_python("make_models.py", {folder.string()});
  return folder / "small.onnx";
}

std::vector<double> doubles(const Tensor& tensor) {
  Node cast;
  cast.op_type = "Cast";
  cast.attributes["to"] = std::int64_t{11};
  const Tensor* inputs[] = {&tensor};
  const Tensor wide = find_operator("Cast")->evaluate(cast, 13, inputs).at(0);
  const auto data = wide.data<double>();
  return {data.begin(), data.end()};
}

std::string difference(const Tensor& actual, const Tensor& expected, double rtol, double atol) {
  if (actual.type() != expected.type() || actual.shape() != expected.shape()) {
    return fmt::format("{} {} instead of {} {}", to_text(actual.type()), to_text(actual.shape()),
                       to_text(expected.type()), to_text(expected.shape()));
  }
  const auto a = doubles(actual), b = doubles(expected);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    if (!same && !(std::fabs(a[i] - b[i]) <= atol + rtol * std::fabs(b[i]))) {
      return fmt::format("element {} is {} instead of {}", i, a[i], b[i]);
    }
  }
  return "";
}

std::vector<Tensor> run_onnxruntime(const std::filesystem::path& model,
                                    const std::vector<Tensor>& inputs,
                                    const std::filesystem::path& folder) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    write_tensor(inputs[i], "input", folder / fmt::format("input_{}.pb", i));
  }
  run_python("run_onnxruntime.py", {model.string(), folder.string()});
  std::vector<Tensor> outputs;
  outputs.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    outputs.push_back(read_tensor(folder / fmt::format("output_{}.pb", i)));
  }
  return outputs;
}

QuantParameters calibrate(const Graph& graph, const std::vector<Tensor>& inputs) {
  Ranges ranges;
  for (const auto& input : inputs) {
    evaluate(graph, {input}, [&](const std::string& name, const Tensor& value) {
      if (value.type() == ElementType::f32) ranges[name].add(value);
    });
  }
  return parameters_of(ranges);
}

}  // namespace paretune::model
