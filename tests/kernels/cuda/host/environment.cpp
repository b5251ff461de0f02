// SPDX-License-Identifier: Apache-2.0
// Linked into the tests that run the CUDA device on the host: its driver, compiler and cuBLASLt are
// found in place of NVIDIA's.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "devices/cuda/cuda.h"

namespace {

class HostLibraries : public testing::Environment {
 public:
  void SetUp() override {
    ::setenv("PARETUNE_CUDA_LIBRARY_PATH", PARETUNE_CUDA_HOST_DIR, 1);
    // A fresh cache: its keys know nothing of shim.h.
    folder_ = std::filesystem::temp_directory_path() /
              ("paretune-cuda-host-" + std::to_string(::getpid()));
    ::setenv("PARETUNE_CACHE_DIR", folder_.c_str(), 1);
    // Tests skip without a driver; here there is one, and a stand-in that lacks a function must not
    // pass for a machine without a GPU.
    ASSERT_FALSE(paretune::devices::cuda_kinds().front().discover().empty());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

 private:
  std::filesystem::path folder_;
};

const auto* const libraries = testing::AddGlobalTestEnvironment(new HostLibraries);

}  // namespace
