// SPDX-License-Identifier: Apache-2.0
#include "results/schema_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "model/candidate.h"
#include "results/plain_text.h"
#include "results/refuse.h"
#include "results/schema.h"
#include "results/store_state.h"

namespace paretune::results {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 60;

/// SHA-256 of the statements of released schemas' tables and indexes, by name; from version 1.
constexpr std::string_view released[] = {
    "33cf92db95f97b388e0b62dcebd64e35bdac530f5ce40771f3f9cc77144eb3b7",
};

struct Stored {
  std::string type, name, table, sql;
};

StoreError stranger(const fs::path& file, const Stored& object) {
  return refuse(
      "the results database '{}' holds the {} '{}', which Paretune did not make or made otherwise; "
      "it is not run: restore the database from a copy, or copy its rows into a new one",
      file.string(), plain(object.type, longest_name), plain(object.name, longest_name));
}

/// What is in the file, but for our views and what SQLite adds by itself.
std::vector<Stored> stored_objects(SQLite::Database& database, const fs::path& file) {
  const std::vector<SchemaObject> ours = views();
  std::vector<Stored> objects;
  Query query(database, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name");
  while (query.next()) {
    Stored object{query.raw(0), query.raw(1), query.raw(2), query.raw(3)};
    const bool view = std::any_of(ours.begin(), ours.end(),
                                  [&](const SchemaObject& own) { return own.name == object.name; });
    if (object.type == "view" && view && object.table == object.name) continue;
    if (object.type == "index" && object.sql.empty() &&
        object.name.starts_with("sqlite_autoindex_")) {
      continue;
    }
    if (object.type == "table" && object.sql == "CREATE TABLE sqlite_sequence(name,seq)") continue;
    if (object.type != "table" && object.type != "index") throw stranger(file, object);
    objects.push_back(std::move(object));
  }
  return objects;
}

void check_newest(const std::vector<Stored>& objects, const fs::path& file) {
  std::map<std::string, std::string, std::less<>> wanted;
  for (const SchemaObject& object : table_objects()) wanted.emplace(object.name, object.sql);
  for (const Stored& object : objects) {
    const auto found = wanted.find(object.name);
    if (found == wanted.end() || found->second != object.sql) throw stranger(file, object);
    wanted.erase(found);
  }
  if (wanted.empty()) return;
  throw refuse("the results database '{}' lacks '{}'; restore it from a copy or name another file",
               file.string(), wanted.begin()->first);
}

void check_released(const std::vector<Stored>& objects, const fs::path& file,
                    std::int64_t version) {
  std::string statements;
  for (const Stored& object : objects) statements += object.sql + ";\n";
  const std::string hash = model::sha256(statements);
  if (hash == released[version - 1]) return;
  throw refuse(
      "the results database '{}' has tables that schema version {} has not; restore it from a copy "
      "or name another file",
      file.string(), version);
}

}  // namespace

std::int64_t pragma(SQLite::Database& database, const char* name) {
  Query query(database, std::string("PRAGMA ") + name);
  return query.next() ? query.integer(0) : 0;
}

std::int64_t check_identity(SQLite::Database& database, const fs::path& file) {
  const std::int64_t application = pragma(database, "application_id");
  const std::int64_t version = pragma(database, "user_version");
  Query objects(database, "SELECT count(*) FROM sqlite_schema");
  objects.next();
  if (application == 0 && version == 0 && objects.integer(0) == 0) return 0;
  if (application != application_id) {
    throw refuse("'{}' is an SQLite database of another program; name another file", file.string());
  }
  if (version < 1 || version > schema_version) {
    throw refuse(
        "the results database '{}' has schema version {}, this program knows {}; use the "
        "program that wrote it or name another file",
        file.string(), version, schema_version);
  }
  return version;
}

void check_schema(SQLite::Database& database, const fs::path& file, std::int64_t version) {
  const std::vector<Stored> objects = stored_objects(database, file);
  if (version == schema_version) {
    check_newest(objects, file);
  } else {
    check_released(objects, file, version);
  }
}

void check_content(SQLite::Database& database, const fs::path& file) {
  Query check(database, "PRAGMA quick_check(1)");
  const std::string verdict = check.next() ? check.raw(0) : "no answer";
  if (verdict == "ok") return;
  throw refuse(
      "the results database '{}' is damaged ({}); restore it from a copy or name another file",
      file.string(), plain(verdict, 200));
}

}  // namespace paretune::results
