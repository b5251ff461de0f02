// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace paretune::harness {

/// A document with the line each of its values stands on.
struct Document {
  std::string file;
  nlohmann::json value;
  std::map<std::string, int> lines;  ///< by JSON pointer ("/search/seed"), from 1

  /// "file:12: " of the value, or of the nearest one around it.
  std::string place(std::string pointer) const;
};

/// Checks `document` against a JSON Schema (draft 7) and fills in defaults. Knows type, enum,
/// pattern, minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, items,
/// minItems, maxItems, uniqueItems, properties, propertyNames (a string's keywords), minProperties,
/// required, additionalProperties, default, $ref within the schema, and oneOf whose alternatives
/// differ in a constant property; other keywords are ignored. Throws ConfigError "file:line: sentence" on the first fault.
void validate(Document& document, const nlohmann::json& schema);

/// The word of `known` that `word` is most likely a slip of; "" when none is near (Levenshtein
/// distance <= 1/3 of its length, at least 1).
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// Text of configs/study.schema.json, built in.
std::string_view study_schema();

}  // namespace paretune::harness
