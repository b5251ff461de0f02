// SPDX-License-Identifier: Apache-2.0
// Every kernel compiles to machine code for the GPUs that matter, without a GPU. NVRTC is one of
// the packages of tools/requirements.txt: where it cannot be opened these tests fail.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "devices/cuda/nvrtc.h"
#include "kernels/cuda/matrix_plan.h"
#include "kernels/cuda/simple.h"
#include "kernels/cuda/sources.h"
#include "tests/kernels/cases.h"

namespace paretune::kernels {
namespace {

constexpr std::array<int, 4> architectures = {80, 89, 90, 100};

devices::DeviceInfo gpu() {
  devices::DeviceInfo info;
  info.id = "cuda:0";
  info.kind = "cuda";
  info.max_work_group = 1024;
  info.local_memory_bytes = 99 << 10;  // of sm_89, the least
  info.features = {"sm_80", "tensor_f16", "dp4a"};
  return info;
}

/// What ptxas says of one program, over its kernels.
struct Usage {
  int registers = 0, spilled_bytes = 0, stack_bytes = 0, kernels = 0;
};

Usage usage_of(const std::string& log) {
  Usage usage;
  const auto most = [&log](const char* pattern, int& value) {
    const std::regex number(pattern);
    int found = 0;
    for (std::sregex_iterator at(log.begin(), log.end(), number), end; at != end; ++at) {
      value = std::max(value, std::stoi((*at)[1].str()));
      ++found;
    }
    return found;
  };
  usage.kernels = most("Used (\\d+) registers", usage.registers);
  most("(\\d+) bytes spill stores", usage.spilled_bytes);
  most("(\\d+) bytes stack frame", usage.stack_bytes);
  return usage;
}

CudaProgram matrix_program(const model::Workload& workload, const model::Knobs& changed) {
  const auto shape = cuda_shape(workload).value();
  auto knobs = cuda_matrix_defaults(shape, gpu());
  for (const auto& [name, value] : changed) knobs[name] = value;
  const auto space = cuda_matrix_space(shape, gpu());
  const auto point = space.point_of(knobs);
  if (!point || !space.valid(*point)) {
    ADD_FAILURE() << "no setting " << model::to_text(knobs) << " of " << workload.key();
  }
  return cuda_matrix_program(workload, shape, knobs);
}

/// Each source at its smallest, default and largest setting, in each arithmetic.
std::vector<CudaProgram> programs() {
  auto wide = cases::square(64, 56, 128, 3, 1, 1, 1, 1);
  wide.n = 8;
  const auto odd = cases::edge_convs()[1];
  const cases::Types f16{"f32", "f16", "f32"};
  std::vector<CudaProgram> all;
  const model::Knobs small_tiled = {{"tm", 1}, {"tn", 1}, {"bk", 4}, {"stages", 1}, {"split", 2}};
  const model::Knobs large_tiled = {{"tx", 16}, {"ty", 16}, {"tm", 8}, {"tn", 8}, {"bk", 16}};
  for (const auto& types : {cases::f32, cases::int8_to_u8}) {
    all.push_back(matrix_program(cases::conv(wide, types), {}));
    all.push_back(matrix_program(cases::conv(wide, types), large_tiled));
    all.push_back(matrix_program(cases::conv(odd, types), small_tiled));
  }
  all.push_back(matrix_program(cases::gemm(512, 512, 512, 1, 1, 1), large_tiled));
  const model::Knobs large_tensor = {
      {"warps_m", 2}, {"warps_n", 4}, {"tiles_m", 4}, {"tiles_n", 4}, {"bk", 32}};
  all.push_back(matrix_program(cases::conv(wide, f16), {}));
  all.push_back(matrix_program(cases::conv(wide, f16), large_tensor));
  all.push_back(matrix_program(cases::conv(odd, cases::bf16), {{"stages", 1}, {"split", 2}}));
  all.push_back(matrix_program(cases::gemm(512, 512, 512, 1, 1, 1, f16), large_tensor));
  for (const auto& workload :
       {cases::max_pool(1, 16, 28, 3, 2, 1, "u8"), cases::average_pool(1, 64, 4, 4),
        cases::add(3136, 1, "f32"), cases::relu(1001, "f32"),
        cases::convert(2, 3, 17, 19, "f32/nchw", "u8/nhwc", "cuda:0")}) {
    all.push_back(cuda_simple_program(workload));
  }
  for (const int bfloat : {0, 1}) {
    all.push_back(
        cuda_program({cuda_sources::half}, "to_half", {{"COUNT", 1001}, {"BFLOAT", bfloat}}));
  }
  return all;
}

TEST(CudaCompile, EveryKernelForEveryArchitecture) {
  const devices::Nvrtc nvrtc;
  const auto all = programs();
  int kernels = 0, registers = 0, spilling = 0;
  for (const auto& program : all) {
    auto options = program.options;
    options.emplace_back("--ptxas-options=-v");
    std::string text;
    for (const auto& option : program.options) text += " " + option;
    SCOPED_TRACE(program.entry + text);
    int in_program = 0;
    for (const int architecture : architectures) {
      const auto cubin = nvrtc.compile(program.source, options, architecture);
      ASSERT_GT(cubin.code.size(), 4U);
      EXPECT_EQ(std::string(cubin.code.begin() + 1, cubin.code.begin() + 4), "ELF");
      const auto usage = usage_of(cubin.log);
      ASSERT_GE(usage.kernels, 1) << cubin.log;
      ASSERT_GT(usage.registers, 0) << cubin.log;
      EXPECT_EQ(usage.spilled_bytes, 0) << "registers go to memory on sm_" << architecture;
      // What a block's threads hold together must fit in the 65536 registers of a multiprocessor.
      EXPECT_LE(usage.registers * static_cast<int>(program.grid.threads[0]), 65536);
      registers = std::max(registers, usage.registers);
      spilling += usage.spilled_bytes > 0 ? 1 : 0;
      in_program = usage.kernels;
    }
    kernels += in_program;
  }
  fmt::print("{}: {} kernels x {} architectures compiled: registers at most {}, {} spill\n",
             nvrtc.version(), kernels, architectures.size(), registers, spilling);
}

TEST(CudaCompile, TheLogsNumbersAreRead) {
  const auto usage = usage_of(
      "ptxas         .     400 bytes stack frame, 12 bytes spill stores, 16 bytes spill loads\n"
      "ptxas info    : Used 40 registers, used 0 barriers\nptxas info    : Used 8 registers");
  EXPECT_EQ(usage.registers, 40);
  EXPECT_EQ(usage.spilled_bytes, 12);
  EXPECT_EQ(usage.stack_bytes, 400);
  EXPECT_EQ(usage.kernels, 2);
}

}  // namespace
}  // namespace paretune::kernels
