// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paretune::results {

/// "PRTN" as PRAGMA application_id, so that `file` and we know our databases.
inline constexpr std::int64_t application_id = 0x5052544e;
/// PRAGMA user_version of the schema below.
inline constexpr std::int64_t schema_version = 2;

struct SchemaObject {
  std::string name;
  std::string sql;    ///< CREATE ..., as sqlite_schema keeps it
  std::string table;  ///< of an index: what it belongs to; else the name itself
};
/// Tables and indexes in order of creation.
std::vector<SchemaObject> table_objects();
/// In order of creation. The columns of v_candidates and v_front are made from fields().
std::vector<SchemaObject> views();

/// The objectives of the front: metrics, and +1 minimise, -1 maximise. The first is required;
/// another that no successful candidate of the study has is left out of the comparison.
struct FrontObjective {
  std::string_view metric;
  int sign;
};
const std::vector<FrontObjective>& front_objectives();

}  // namespace paretune::results
