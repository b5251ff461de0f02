// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace paretune::model {

/// Runs tests/model/<script> with the environment's Python; throws std::runtime_error with what it
/// printed when it fails.
void run_python(const std::string& script, const std::vector<std::string>& arguments);

/// An empty folder under the build folder; each test names its own, as tests run side by side.
std::filesystem::path fresh_folder(const std::string& name);

}  // namespace paretune::model
