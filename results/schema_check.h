// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

namespace paretune::results {

std::int64_t pragma(SQLite::Database& database, const char* name);

/// The file's schema version; 0 when it is empty. Throws StoreError when it is another program's or
/// newer than schema_version.
std::int64_t check_identity(SQLite::Database& database, const std::filesystem::path& file);

/// Throws StoreError unless the database consists of exactly the tables and indexes of that schema
/// version, word for word: a view, trigger, generated column or CHECK of a stranger would run with
/// our rights. Views of our names may differ, for they follow fields(): they are never run, only
/// replaced.
void check_schema(SQLite::Database& database, const std::filesystem::path& file,
                  std::int64_t version);

/// PRAGMA quick_check. After check_schema(), for it runs what the schema says.
void check_content(SQLite::Database& database, const std::filesystem::path& file);

}  // namespace paretune::results
