// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/cuda.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "devices/cuda/cublaslt.h"
#include "devices/cuda/cuda_error.h"
#include "devices/cuda/driver.h"
#include "devices/cuda/nvrtc.h"
#include "devices/errors.h"

namespace paretune::devices {
namespace {

using testing::HasSubstr;

TEST(CudaOpen, WithoutADriverItSaysSo) {
  if (CudaDriver::instance() != nullptr) GTEST_SKIP() << "this machine has a CUDA driver";
  EXPECT_THAT(discover(), testing::Each(testing::Field(&DeviceInfo::kind, testing::Ne("cuda"))));
  try {
    open("cuda:0");
    FAIL() << "opened it";
  } catch (const DeviceError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot open 'cuda:0': no "));
    EXPECT_THAT(error.what(), HasSubstr("CUDA driver ("));
  }
}

TEST(CudaLibrary, AbsentOnesNameWhatWasLookedFor) {
  const Library none({"libno-such-thing.so.13", "libno-such-thing.so.12"});
  EXPECT_FALSE(none);
  EXPECT_EQ(none.why(), "libno-such-thing.so.13 or libno-such-thing.so.12 not found");
  EXPECT_EQ(none.find<int (*)()>("anything"), nullptr);
}

TEST(CudaErrors, AreTyped) {
  EXPECT_NO_THROW(cuda_check(CUDA_SUCCESS, "cuInit", "starting"));
  try {
    cuda_check(CUDA_ERROR_OUT_OF_MEMORY, "cuMemAlloc", "cuda:0: allocating 5 bytes");
    FAIL();
  } catch (const DeviceOutOfMemory& error) {
    EXPECT_STREQ(error.what(),
                 "cuda:0: allocating 5 bytes: cuMemAlloc returned CUDA_ERROR_OUT_OF_MEMORY");
  }
  EXPECT_THROW(cuda_check(CUDA_ERROR_LAUNCH_FAILED, "cuLaunchKernel", "x"), DeviceError);
  EXPECT_EQ(cuda_code_name(static_cast<CUresult>(12345)), "code 12345");
  EXPECT_THROW(CublasLt::check(3, "cublasLtMatmul"), DeviceOutOfMemory);
  EXPECT_NO_THROW(CublasLt::check(0, "cublasLtMatmul"));
  try {
    CublasLt::check(15, "cublasLtMatmul");
    FAIL();
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(), "cublasLtMatmul returned CUBLAS_STATUS_NOT_SUPPORTED");
  }
}

TEST(CudaCompiler, KnowsTheArchitecturesWeCompileFor) {
  const Nvrtc nvrtc;
  EXPECT_THAT(nvrtc.architectures(), testing::IsSupersetOf({80, 89, 90, 100}));
  EXPECT_EQ(nvrtc.architecture_for(90), 90);
  EXPECT_EQ(nvrtc.architecture_for(85), 80) << "machine code runs on later minor versions";
  EXPECT_THROW(nvrtc.architecture_for(990), DeviceError);
}

TEST(CudaCompiler, ErrorsEndWithTheLog) {
  const Nvrtc nvrtc;
  const auto good =
      nvrtc.compile("extern \"C\" __global__ void k(float* x) { *x = VALUE; }", {"-DVALUE=3"}, 90);
  const std::string elf(good.code.begin(), good.code.begin() + 4);
  EXPECT_EQ(elf, "\177ELF");
  try {
    nvrtc.compile("extern \"C\" __global__ void k(float* x) { *x = no_such_name; }", {}, 80);
    FAIL() << "it compiled";
  } catch (const CompileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("NVRTC_ERROR_COMPILATION"));
    EXPECT_THAT(error.what(), HasSubstr("sm_80"));
    EXPECT_THAT(error.what(), HasSubstr("no_such_name"));
  }
  EXPECT_THROW(nvrtc.compile("", {"--no-such-option"}, 80), CompileError);
}

}  // namespace
}  // namespace paretune::devices
