// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "model/errors.h"
#include "model/onnx/reader.h"
#include "model/onnx/writer.h"
#include "tests/model/fixtures.h"
#include "tests/model/python.h"

namespace paretune::model {
namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// parse_onnx() on damaged bytes: the message, or "" when they parse all the same.
std::string fault(const std::string& bytes) {
  try {
    parse_onnx(bytes, "damaged.onnx");
    return "";
  } catch (const InvalidModel& error) {
    return error.what();
  } catch (const UnsupportedModel& error) {
    return error.what();
  }
}

TEST(Onnx, EveryTruncationIsRefusedOrParses) {
  const std::string bytes = bytes_of(small_model("truncation"));
  ASSERT_GT(bytes.size(), 1000U);
  int refused = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    const std::string text = fault(bytes.substr(0, bytes.size() * i / 50));
    EXPECT_TRUE(text.empty() || text.starts_with("damaged.onnx")) << text;
    refused += text.empty() ? 0 : 1;
  }
  EXPECT_GE(refused, 49);
  EXPECT_EQ(fault(bytes), "");
}

TEST(Onnx, FlippedBytesNeverCrash) {
  const std::string bytes = bytes_of(small_model("flips"));
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    fault(damaged);
  }
}

TEST(Onnx, OtherFilesAreRefused) {
  EXPECT_THAT(fault("PK\x03\x04 this is no model"), testing::HasSubstr("is no ONNX model"));
  EXPECT_THAT(fault(""), testing::HasSubstr("is no ONNX model"));
  EXPECT_THROW(read_onnx("/nowhere/model.onnx"), InvalidModel);
  EXPECT_THROW(read_onnx(PARETUNE_SOURCE_DIR), InvalidModel);
}

// Each file is well-formed protobuf with one thing wrong (make_faults.py names it).
TEST(Onnx, FaultsAreNamed) {
  const auto folder = fresh_folder("faults");
  run_python("make_faults.py", {folder.string()});
  const std::map<std::string, std::string> faults = {
      {"size", "needs 6 elements"},      {"negative", "below zero"},
      {"overflow", "63 bits"},           {"huge", "larger than"},
      {"external", "another file"},      {"string", "is not supported"},
      {"twice", "two initializers"},     {"missing", "nothing produces"},
      {"cycle", "form a cycle"},         {"double", "produced twice"},
      {"old", "another operator set"},   {"no_output", "has no outputs"},
      {"sparse", "sparse initializers"}, {"input_shape", "has no shape"}};
  for (const auto& [name, words] : faults) {
    EXPECT_THAT(fault(bytes_of(folder / (name + ".onnx"))), testing::HasSubstr(words)) << name;
  }
  EXPECT_EQ(fault(bytes_of(folder / "good.onnx")), "");
}

TEST(Onnx, WritingAndReadingKeepsTheGraph) {
  for (const auto& file : {small_model("round_trip"), resnet_file()}) {
    const Graph graph = read_onnx(file);
    const std::string bytes = to_onnx(graph);
    const Graph back = parse_onnx(bytes, "copy");
    EXPECT_EQ(to_onnx(back), bytes);
    EXPECT_EQ(back.name, graph.name);
    EXPECT_EQ(back.opset, graph.opset);
    EXPECT_EQ(back.initializers, graph.initializers);
    ASSERT_EQ(back.nodes.size(), graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      EXPECT_EQ(back.nodes[i].name, graph.nodes[i].name);
      EXPECT_EQ(back.nodes[i].op_type, graph.nodes[i].op_type);
      EXPECT_EQ(back.nodes[i].inputs, graph.nodes[i].inputs);
      EXPECT_EQ(back.nodes[i].outputs, graph.nodes[i].outputs);
      EXPECT_EQ(back.nodes[i].attributes, graph.nodes[i].attributes);
    }
    EXPECT_EQ(back.inputs.at(0).shape, graph.inputs.at(0).shape);
    EXPECT_EQ(back.inputs.at(0).dim_names, graph.inputs.at(0).dim_names);
    EXPECT_EQ(back.outputs.at(0).shape, graph.outputs.at(0).shape);
  }
}

TEST(Onnx, TensorsOfEveryTypeSurvive) {
  const auto folder = fresh_folder("tensors");
  for (const char* name : {"f32", "f64", "f16", "bf16", "i8", "u8", "i16", "u16", "i32", "u32",
                           "i64", "u64", "bool"}) {
    Tensor tensor(element_type_from_text(name), {2, 3});
    for (std::size_t i = 0; i < tensor.bytes().size(); ++i) {
      tensor.bytes()[i] = static_cast<std::byte>(i % 2);
    }
    write_tensor(tensor, "t", folder / name);
    EXPECT_EQ(read_tensor(folder / name), tensor) << name;
  }
  EXPECT_THROW(write_tensor(Tensor(), "t", folder / "no" / "where"), InvalidModel);
}

}  // namespace
}  // namespace paretune::model
