// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace paretune::harness {

/// A new folder for the running test. Its name holds the process id, since CTest runs each test in
/// a process of its own and several at a time.
inline std::filesystem::path test_folder() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string("paretune_") + test->test_suite_name() + "_" + test->name() + "_" +
                     std::to_string(getpid());
  for (char& letter : name) {
    if (letter == '/') letter = '_';  // of parametrised tests
  }
  const auto folder = std::filesystem::path(testing::TempDir()) / name;
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace paretune::harness
