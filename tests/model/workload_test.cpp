// SPDX-License-Identifier: Apache-2.0
#include "model/workload.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "model/errors.h"
#include "model/onnx/reader.h"
#include "model/passes/passes.h"
#include "tests/model/fixtures.h"

namespace paretune::model {
namespace {

std::vector<Workload> workloads(const std::filesystem::path& file, std::string_view scheme,
                                ElementType output) {
  Graph graph = read_onnx(file);
  simplify(graph);
  bind_dimensions(graph, {{"batch", 2}});
  infer_shapes(graph);
  std::vector<Workload> found;
  for (const auto& layer : make_layers(graph)) {
    const bool chosen = layer.quantizable();
    found.push_back(workload_of(graph, layer, chosen ? scheme : "fp32", output));
  }
  return found;
}

// Golden: measurements are cached under these texts, so they may not change.
TEST(Workload, KeysAreStable) {
  const auto int8 = workloads(resnet_file(), "int8_channel", ElementType::u8);
  EXPECT_EQ(int8.at(0).key(),
            "conv add=0 bias=1 c=1 dilation_h=1 dilation_w=1 group=1 h=28 k=16 n=2 pad_b=1 pad_l=1 "
            "pad_r=1 pad_t=1 r=3 relu=1 s=3 stride_h=1 stride_w=1 w=28 in=u8 out=u8 "
            "wei=s8_channel");
  const auto fp32 = workloads(resnet_file(), "fp32", ElementType::f32);
  EXPECT_EQ(fp32.at(1).key(),
            "max_pool c=16 h=28 n=2 pad_b=1 pad_l=1 pad_r=1 pad_t=1 r=3 s=3 stride_h=2 stride_w=2 "
            "w=28 in=f32 out=f32");
  EXPECT_EQ(fp32.at(12).key(), "gemm add=0 bias=1 k=64 m=2 n=10 relu=0 in=f32 out=f32 wei=f32");
}

TEST(Workload, KeysParse) {
  for (const auto& file : {resnet_file(), small_model("keys")}) {
    for (const auto& workload : workloads(file, "bf16", ElementType::f32)) {
      EXPECT_EQ(Workload::parse(workload.key()), workload);
    }
  }
  Workload convert{
      "convert", {{"count", 5}}, {{"from", "cpu/f32/nchw"}, {"to", "opencl:0/u8/nhwc"}}};
  EXPECT_EQ(Workload::parse(convert.key()), convert);
  for (const char* text : {"", "conv c", "conv =1", "conv c=", "conv c=1 c=2", "conv  c=1", " "}) {
    EXPECT_THROW(Workload::parse(text), InvalidModel) << text;
  }
}

TEST(Workload, OutputSizesAgreeWithShapes) {
  for (const auto& file : {resnet_file(), small_model("sizes")}) {
    Graph graph = read_onnx(file);
    simplify(graph);
    bind_dimensions(graph, {});
    infer_shapes(graph);
    for (const auto& layer : make_layers(graph)) {
      if (layer.family != "conv" && layer.family != "max_pool") continue;
      const auto workload = workload_of(graph, layer, "fp32", ElementType::f32);
      EXPECT_EQ(workload.out_h(), graph.values.at(layer.output).shape.at(2)) << layer.id;
      EXPECT_EQ(workload.out_w(), graph.values.at(layer.output).shape.at(3)) << layer.id;
    }
  }
}

TEST(Workload, Flops) {
  const auto all = workloads(resnet_file(), "fp32", ElementType::f32);
  EXPECT_EQ(all.at(0).flops(), 2.0 * 2 * 16 * 28 * 28 * 1 * 3 * 3);
  EXPECT_EQ(all.at(1).flops(), 0.0);
  EXPECT_EQ(all.at(12).flops(), 2.0 * 2 * 10 * 64);
}

TEST(Workload, MissingDimensionsThrow) {
  const Workload workload{"add", {{"count", 5}}, {}};
  EXPECT_THROW(workload.dim("n"), std::out_of_range);
  EXPECT_EQ(workload.tag("in"), "");
}

TEST(Port, SurvivesText) {
  const Port port{"opencl:0", ElementType::u8, "nhwc"};
  EXPECT_EQ(port.text(), "opencl:0/u8/nhwc");
  EXPECT_EQ(Port::parse(port.text()), port);
  for (const char* text : {"", "cpu", "cpu/f32", "cpu/f31/nhwc", "/f32/nhwc", "cpu/f32/nhwc/x"}) {
    EXPECT_THROW(Port::parse(text), InvalidModel) << text;
  }
}

}  // namespace
}  // namespace paretune::model
