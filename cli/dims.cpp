// SPDX-License-Identifier: Apache-2.0
#include "cli/dims.h"

#include <fmt/format.h>

#include "harness/errors.h"

namespace paretune::cli {

std::map<std::string, std::int64_t> parse_dims(const std::vector<std::string>& words) {
  std::map<std::string, std::int64_t> dims;
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (equals == 0 || value.empty() ||
        value.find_first_not_of("0123456789") != std::string::npos || value.size() > 18 ||
        std::stoll(value) < 1) {
      throw harness::ConfigError(
          fmt::format("--dims takes name=size, sizes from 1 on, not '{}'", word));
    }
    dims[word.substr(0, equals)] = std::stoll(value);
  }
  return dims;
}

}  // namespace paretune::cli
