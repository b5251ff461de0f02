// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

namespace paretune::results {

/// Brings a checked database of an older schema up to date in one transaction; a crash leaves the
/// old one. Before that a copy, "<file>.v1.bak", is made; one that is there already and holds
/// something else is a StoreError. For a connection that may write and is not sealed.
void migrate(SQLite::Database& database, const std::filesystem::path& file);

}  // namespace paretune::results
