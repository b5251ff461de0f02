// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "model/errors.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "model/ops/evaluate.h"
#include "model/passes/passes.h"
#include "model/quant/qdq.h"
#include "tests/model/fixtures.h"
#include "tests/model/python.h"

namespace paretune::model {
namespace {

using Schemes = std::map<std::string, std::string>;

std::vector<Tensor> random_inputs(int count) {
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    inputs.push_back(random_tensor({1, 1, 28, 28}, static_cast<std::uint64_t>(100 + i)));
  }
  return inputs;
}

Graph simplified() {
  Graph graph = read_onnx(resnet_file());
  simplify(graph);
  return graph;
}

/// Every quantizable layer under schemes taken in turn.
Schemes in_turn(const std::vector<Layer>& layers, const std::vector<std::string>& names) {
  Schemes chosen;
  for (const auto& layer : layers) {
    if (layer.quantizable()) chosen[layer.id] = names[chosen.size() % names.size()];
  }
  return chosen;
}

std::size_t top1(const Tensor& logits) {
  const auto data = logits.data<float>();
  return static_cast<std::size_t>(std::ranges::max_element(data) - data.begin());
}

TEST(ResNet, ReferenceAgreesWithOnnxRuntime) {
  const auto inputs = random_inputs(8);
  const auto expected = run_onnxruntime(resnet_file(), inputs, fresh_folder("resnet"));
  const Graph original = read_onnx(resnet_file());
  const Graph simple = simplified();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(difference(evaluate(original, {inputs[i]}).at(0), expected[i], 1e-3, 1e-5), "");
    EXPECT_EQ(difference(evaluate(simple, {inputs[i]}).at(0), expected[i], 1e-3, 1e-5), "");
  }
}

/// The graph of `names` in our reference and in ONNX Runtime. Sums in another order may move a
/// value over a rounding boundary, so single steps may differ: small, but not 1e-5.
void expect_parity(const std::string& test, const std::vector<std::string>& names) {
  const Graph graph = simplified();
  const auto layers = make_layers(graph);
  const auto inputs = random_inputs(8);
  const Graph chosen = insert_qdq(graph, layers, in_turn(layers, names), calibrate(graph, inputs));
  const auto folder = fresh_folder(test);
  write_onnx(chosen, folder / "model.onnx");
  const auto expected = run_onnxruntime(folder / "model.onnx", inputs, folder);
  const Graph read = read_onnx(folder / "model.onnx");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor actual = evaluate(read, {inputs[i]}).at(0);
    double size = 0;
    for (const double value : doubles(expected[i])) size = std::max(size, std::fabs(value));
    EXPECT_EQ(difference(actual, expected[i], 0, 0.02 * size), "");
    EXPECT_EQ(top1(actual), top1(expected[i]));
    // Quantization must have happened at all.
    const Tensor plain = evaluate(graph, {inputs[i]}).at(0);
    EXPECT_NE(difference(actual, plain, 0, 0), "");
    EXPECT_EQ(difference(actual, plain, 0, 0.25 * size), "");
  }
}

TEST(ResNet, Int8PerChannelAgreesWithOnnxRuntime) { expect_parity("channel", {"int8_channel"}); }
TEST(ResNet, Int8PerTensorAgreesWithOnnxRuntime) { expect_parity("tensor", {"int8_tensor"}); }
TEST(ResNet, Bfloat16AgreesWithOnnxRuntime) { expect_parity("bf16", {"bf16"}); }
TEST(ResNet, MixedSchemesAgreeWithOnnxRuntime) {
  expect_parity("mixed", {"int8_channel", "fp32", "bf16", "int8_tensor"});
}

TEST(ResNet, RoundTripKeepsIdsSchemesParametersAndWeights) {
  const Graph graph = simplified();
  const auto layers = make_layers(graph);
  const auto parameters = calibrate(graph, random_inputs(2));
  const auto chosen = in_turn(layers, {"int8_channel", "fp32", "bf16", "int8_tensor"});
  const Graph exported = insert_qdq(graph, layers, chosen, parameters);
  const Graph read = parse_onnx(to_onnx(exported), "export");
  Dequantized back = remove_qdq(read);
  simplify(back.graph);
  const auto again = make_layers(back.graph);
  ASSERT_EQ(again.size(), layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    EXPECT_EQ(again[i].id, layers[i].id);
    EXPECT_EQ(again[i].inputs, layers[i].inputs);
    EXPECT_EQ(again[i].output, layers[i].output);
    EXPECT_EQ(again[i].weight, layers[i].weight);
    EXPECT_EQ(again[i].bias, layers[i].bias);
    const auto scheme = chosen.find(layers[i].id);
    if (scheme == chosen.end() || scheme->second == "fp32") {
      EXPECT_FALSE(back.schemes.contains(layers[i].id));
      continue;
    }
    EXPECT_EQ(back.schemes.at(layers[i].id), scheme->second);
    if (!scheme->second.starts_with("int8")) continue;
    const auto stored =
        find_scheme(scheme->second)
            ->quantize(graph.initializers.at(layers[i].weight), layers[i].channel_axis());
    EXPECT_EQ(back.weights.at(layers[i].id).values, stored.values);
    EXPECT_EQ(back.weights.at(layers[i].id).scales, stored.scales);
    for (const auto& input : layers[i].inputs) {
      EXPECT_EQ(back.parameters.at(input), parameters.at(input));
    }
  }
  // Exporting what was read gives the very same file.
  const Graph exported_again = insert_qdq(back.graph, again, back.schemes, back.parameters);
  const Tensor input = random_inputs(1).at(0);
  EXPECT_EQ(evaluate(exported_again, {input}), evaluate(exported, {input}));
}

TEST(ResNet, SimplifyKeepsStoredWeights) {
  const Graph graph = simplified();
  const auto layers = make_layers(graph);
  Graph exported = insert_qdq(graph, layers, in_turn(layers, {"int8_channel", "bf16"}),
                              calibrate(graph, random_inputs(1)));
  const std::size_t nodes = exported.nodes.size();
  simplify(exported);
  EXPECT_EQ(exported.nodes.size(), nodes);
}

TEST(Qdq, WhatCannotBeDoneIsRefused) {
  const Graph graph = simplified();
  const auto layers = make_layers(graph);
  EXPECT_THROW(insert_qdq(graph, layers, {{layers[0].id, "int8_tensor"}}, {}), InvalidModel);
  EXPECT_THROW(insert_qdq(graph, layers, {{layers[0].id, "int3"}}, {}), InvalidModel);
  EXPECT_THROW(insert_qdq(graph, layers, {{layers[1].id, "bf16"}}, {}), InvalidModel);
  EXPECT_THROW(insert_qdq(graph, layers, {{"L999/none", "fp32"}}, {}), InvalidModel);
  EXPECT_EQ(insert_qdq(graph, layers, {}, {}).nodes[0].name, layers[0].id);
  EXPECT_NO_THROW(insert_qdq(graph, layers, {{layers[1].id, ""}}, {}));
}

}  // namespace
}  // namespace paretune::model
