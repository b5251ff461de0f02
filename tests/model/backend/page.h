// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/model/backend/case.h"

namespace paretune::model {

/// "key: text" lines of a data file by key; text "" where a line has no colon. Lines that begin
/// with # are left out. Throws std::runtime_error when the file cannot be read.
std::map<std::string, std::string> read_notes(const std::filesystem::path& file);

/// How many of the cases ran as they should.
struct Tally {
  std::size_t passed = 0;
  std::size_t total = 0;
  double share() const {
    return total == 0 ? 1 : static_cast<double>(passed) / static_cast<double>(total);
  }
};

/// Counts the cases, `ordinary_only` without those of low-bit types.
Tally count(const std::vector<Case>& cases, const std::map<std::string, std::string>& failures,
            bool ordinary_only);

/// docs/reference/operators.md: operators with their notes, versions and cases; failing cases with
/// their reasons. `failures` are by case name, `versions` ("7 13") and `notes` by operator.
std::string operators_page(const std::vector<Case>& cases,
                           const std::map<std::string, std::string>& failures,
                           const std::map<std::string, std::string>& notes,
                           const std::map<std::string, std::string>& versions);

}  // namespace paretune::model
