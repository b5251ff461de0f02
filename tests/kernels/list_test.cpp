// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "kernels/kernel.h"

namespace paretune::kernels {
namespace {

TEST(KernelList, NamesAreUniqueAndFound) {
  std::set<std::string, std::less<>> names;
  for (const auto& kernel : kernels()) {
    EXPECT_TRUE(names.emplace(kernel->name()).second) << kernel->name();
    EXPECT_EQ(find_kernel(kernel->name()), kernel.get());
    EXPECT_TRUE(kernel->name().starts_with(std::string(kernel->device_kind()) + "."));
  }
  EXPECT_EQ(find_kernel("cpu.none"), nullptr);
}

}  // namespace
}  // namespace paretune::kernels
