// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <string>

#include "results/records.h"

namespace paretune::results {

/// Throws StoreError that names the table when the database holds a word that is no outcome.
Outcome stored_outcome(const std::string& text, const std::string& table);

/// By candidate: its newest valid comparison of kind "finalist".
std::map<std::int64_t, ComparisonRecord> newest_comparisons(SQLite::Database& database,
                                                            std::int64_t study_id);

}  // namespace paretune::results
