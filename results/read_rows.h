// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "results/records.h"

namespace paretune::results {

/// Throws StoreError that names the table when the database holds a word that is no outcome.
Outcome stored_outcome(const std::string& text, const std::string& table);

/// `text` when it may be parsed: JSON of at most 4 MiB and 64 levels, for deep nesting costs a
/// parser its stack or memory. Throws StoreError that says what the database holds there.
std::string bounded_json(std::string text, std::string_view what);

/// By candidate: its newest valid comparison of kind "finalist".
std::map<std::int64_t, ComparisonRecord> newest_comparisons(SQLite::Database& database,
                                                            std::int64_t study_id);

}  // namespace paretune::results
