// SPDX-License-Identifier: Apache-2.0
#include "runtime/package.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "model/onnx/writer.h"
#include "runtime/session.h"
#include "tests/runtime/fixtures.h"

namespace paretune::runtime {
namespace {

namespace fs = std::filesystem;

class PackageTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(PARETUNE_BUILD_DIR) / "tests" / "packages" /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_.parent_path());
  }

  PackageContents contents(const std::string& scheme) {
    PackageContents out;
    out.candidate = uniform(resnet8(), scheme, "cpu", devices_);
    out.onnx = model::to_onnx(model::insert_qdq(resnet8().graph, resnet8().layers,
                                                schemes_of(out.candidate), resnet8().parameters));
    out.evidence_json = "{}\n";
    Session session(resnet8(), out.candidate, devices_);
    out.golden_inputs = {resnet8_inputs(1), resnet8_inputs(2)};
    for (const auto& inputs : out.golden_inputs) out.golden_outputs.push_back(session.run(inputs));
    out.tolerance_absolute = 1e-5;
    out.tolerance_relative = 1e-3;
    return out;
  }

  static std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }

  fs::path folder_;
  DeviceSet devices_;
};

TEST_F(PackageTest, LoadsAgainAndRunsBitForBit) {
  for (const std::string scheme : {"fp32", "int8_tensor", "int8_channel"}) {
    const PackageContents made = contents(scheme);
    write_package(made, folder_);
    const Package package = load_package(folder_);
    EXPECT_EQ(package.candidate, made.candidate);
    ASSERT_EQ(package.golden_inputs, made.golden_inputs);
    EXPECT_EQ(package.golden_outputs, made.golden_outputs);
    Session session(package.model, package.candidate, devices_);
    for (std::size_t i = 0; i < made.golden_inputs.size(); ++i) {
      EXPECT_EQ(session.run(made.golden_inputs[i]), made.golden_outputs[i]) << scheme;
    }
  }
}

TEST_F(PackageTest, EveryChangedByteIsRefused) {
  write_package(contents("int8_channel"), folder_);
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    const std::string original = read(entry.path());
    const std::size_t stride = std::max<std::size_t>(1, original.size() / 7);
    for (std::size_t at = 0; at < original.size(); at += stride) {
      std::string changed = original;
      changed[at] = static_cast<char>(changed[at] ^ 0x01);
      write(entry.path(), changed);
      EXPECT_THROW(load_package(folder_), PackageError) << entry.path() << " byte " << at;
    }
    write(entry.path(), original + "\n");
    EXPECT_THROW(load_package(folder_), PackageError) << entry.path() << " with a byte appended";
    write(entry.path(), original);
  }
  EXPECT_NO_THROW(load_package(folder_));
}

TEST_F(PackageTest, MissingAndExtraFilesAreRefused) {
  write_package(contents("fp32"), folder_);
  write(folder_ / "extra.txt", "x");
  EXPECT_THROW(load_package(folder_), PackageError);
  fs::remove(folder_ / "extra.txt");
  fs::remove(folder_ / "evidence.json");
  EXPECT_THROW(load_package(folder_), PackageError);
  EXPECT_THROW(load_package(folder_ / "nowhere"), PackageError);
}

TEST_F(PackageTest, NeverOverwritesAFolderThatIsNoPackage) {
  fs::create_directories(folder_);
  write(folder_ / "thesis.txt", "mine");
  EXPECT_THROW(write_package(contents("fp32"), folder_), PackageError);
  EXPECT_EQ(read(folder_ / "thesis.txt"), "mine");
}

TEST_F(PackageTest, ReplacesAnOlderPackage) {
  write_package(contents("fp32"), folder_);
  const PackageContents newer = contents("int8_channel");
  write_package(newer, folder_);
  EXPECT_EQ(load_package(folder_).candidate, newer.candidate);
}

}  // namespace
}  // namespace paretune::runtime
