// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "harness/schema.h"

namespace paretune::harness {

/// Reads a YAML file (1.2 core schema) as plain data. It may come from a stranger: a regular file
/// of at most 256 KiB, values of at most 4096 characters without control characters, no tags; with
/// its aliases followed at most 10 000 values, nested 32 deep. Throws ConfigError "file:line:
/// sentence".
Document read_yaml(const std::filesystem::path& file);

}  // namespace paretune::harness
