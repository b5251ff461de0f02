// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>
#include <vector>

namespace paretune::results {

/// Writes `values` as one row of table samples (nothing when empty). owner: "evaluation_id" or
/// "kernel_evaluation_id"; kind: "wall", "cpu", "incumbent_wall", "incumbent_cpu"
/// or "marks".
void write_samples(SQLite::Database& database, const std::string& owner, std::int64_t id,
                   const std::string& kind, const std::vector<std::int64_t>& values);

std::vector<std::int64_t> read_samples(SQLite::Database& database, const std::string& owner,
                                       std::int64_t id, const std::string& kind);

}  // namespace paretune::results
