// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace paretune::cli {

/// {"batch=8", "seq=128"} of --dims as sizes by name. Throws harness::ConfigError.
std::map<std::string, std::int64_t> parse_dims(const std::vector<std::string>& words);

}  // namespace paretune::cli
