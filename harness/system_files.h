// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Reading of proc/ and sys/: nothing throws, what cannot be read is absent.
namespace paretune::harness {

std::optional<std::string> first_line(const std::filesystem::path& file);
/// The integer the file begins with.
std::optional<std::int64_t> integer_in(const std::filesystem::path& file);
/// Entries of a folder whose names begin so, in order of name.
std::vector<std::filesystem::path> entries(const std::filesystem::path& folder,
                                           const std::string& begin);

}  // namespace paretune::harness
