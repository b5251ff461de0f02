// SPDX-License-Identifier: Apache-2.0
#include "harness/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <regex>

#include "harness/errors.h"

namespace paretune::harness {
namespace {

using Json = nlohmann::json;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

bool is_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && std::abs(value.get<double>()) < 9e15 &&
            value.get<double>() == std::trunc(value.get<double>()));
  }
  if (type == "number") return value.is_number();
  return type == "null" && value.is_null();
}

std::string readable(const Json& value) {
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

class Validator {
 public:
  Validator(Document& document, const Json& schema) : document_(document), root_(schema) {}

  void check(Json& value, const Json& given_schema, const std::string& pointer) {
    const Json& schema = alternative(value, resolve(given_schema), pointer);
    check_type(value, schema, pointer);
    check_enum(value, schema, pointer);
    if (value.is_number()) check_number(value, schema, pointer);
    if (value.is_string()) check_string(value, schema, pointer);
    if (value.is_array()) check_array(value, schema, pointer);
    if (value.is_object()) check_object(value, schema, pointer);
  }

 private:
  const Json& resolve(const Json& schema) const {
    if (!schema.is_object() || !schema.contains("$ref")) return schema;
    const std::string reference = schema.at("$ref");  // "#/definitions/name"
    return root_.at(Json::json_pointer(reference.substr(1)));
  }

  /// Of a oneOf, the schema of the value's type; of several for objects, the one whose constant
  /// properties ("format": "idx") the value has.
  const Json& alternative(const Json& value, const Json& schema, const std::string& pointer) const {
    if (!schema.contains("oneOf")) return schema;
    std::string key, type;
    std::vector<std::string> words;
    for (const Json& given : schema.at("oneOf")) {
      const Json& choice = resolve(given);
      type = choice.at("type");
      if (!value.is_object() && is_type(value, type)) return choice;
      if (!value.is_object() || type != "object") continue;
      for (const auto& [name_of, property] : choice.at("properties").items()) {
        if (!property.contains("const")) continue;
        if (value.contains(name_of) && value.at(name_of) == property.at("const")) return choice;
        key = name_of;
        words.push_back(property.at("const").get<std::string>());
      }
    }
    if (!value.is_object()) {
      fail(pointer, fmt::format("{} cannot be {}", name(pointer), readable(value)));
    }
    if (!value.contains(key))
      fail(pointer, fmt::format("{} lacks the key '{}'", name(pointer), key));
    fail(pointer + "/" + key, fmt::format("{} cannot be {} (known: {})", name(pointer + "/" + key),
                                          readable(value.at(key)), fmt::join(words, ", ")));
  }

  [[noreturn]] void fail(const std::string& pointer, const std::string& sentence) const {
    throw ConfigError(document_.place(pointer) + sentence);
  }

  /// "/search/seed" -> "search.seed"
  static std::string name(const std::string& pointer) {
    if (pointer.empty()) return "the study";
    std::string text = pointer.substr(1);
    std::replace(text.begin(), text.end(), '/', '.');
    return fmt::format("'{}'", text);
  }

  void check_type(const Json& value, const Json& schema, const std::string& pointer) const {
    if (!schema.contains("type")) return;
    std::vector<std::string> types;
    if (schema.at("type").is_array()) {
      types = schema.at("type").get<std::vector<std::string>>();
    } else {
      types.push_back(schema.at("type"));
    }
    for (const std::string& type : types) {
      if (is_type(value, type)) return;
    }
    fail(pointer, fmt::format("{} must be of type {}, not {}", name(pointer),
                              fmt::join(types, " or "), readable(value)));
  }

  void check_enum(const Json& value, const Json& schema, const std::string& pointer) const {
    if (!schema.contains("enum")) return;
    const Json& allowed = schema.at("enum");
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return;
    std::vector<std::string> words;
    for (const Json& word : allowed)
      words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
    std::string sentence = fmt::format("{} cannot be {} (known: {})", name(pointer),
                                       readable(value), fmt::join(words, ", "));
    if (value.is_string()) sentence += suggestion(value.get<std::string>(), words);
    fail(pointer, sentence);
  }

  void check_number(const Json& value, const Json& schema, const std::string& pointer) const {
    const double number = value.get<double>();
    if (schema.contains("minimum") && number < schema.at("minimum").get<double>()) {
      fail(pointer, fmt::format("{} must be at least {}, not {}", name(pointer),
                                schema.at("minimum").dump(), value.dump()));
    }
    if (schema.contains("exclusiveMinimum") &&
        number <= schema.at("exclusiveMinimum").get<double>()) {
      fail(pointer, fmt::format("{} must be more than {}, not {}", name(pointer),
                                schema.at("exclusiveMinimum").dump(), value.dump()));
    }
    if (schema.contains("exclusiveMaximum") &&
        number >= schema.at("exclusiveMaximum").get<double>()) {
      fail(pointer, fmt::format("{} must be less than {}, not {}", name(pointer),
                                schema.at("exclusiveMaximum").dump(), value.dump()));
    }
    if (schema.contains("maximum") && number > schema.at("maximum").get<double>()) {
      fail(pointer, fmt::format("{} must be at most {}, not {}", name(pointer),
                                schema.at("maximum").dump(), value.dump()));
    }
  }

  void check_string(const Json& value, const Json& schema, const std::string& pointer) const {
    if (const auto most = schema.value("maxLength", std::string::npos);
        value.get_ref<const std::string&>().size() > most) {
      fail(pointer, fmt::format("{} must not be longer than {} characters", name(pointer), most));
    }
    if (schema.contains("pattern") &&
        !std::regex_search(value.get<std::string>(),
                           std::regex(schema.at("pattern").get<std::string>()))) {
      fail(pointer, fmt::format("{} cannot be {}: it must match {}", name(pointer), readable(value),
                                schema.at("pattern").get<std::string>()));
    }
    if (value.get_ref<const std::string&>().size() < schema.value("minLength", std::size_t{0})) {
      fail(pointer, name(pointer) + " must not be empty");
    }
  }

  void check_array(Json& value, const Json& schema, const std::string& pointer) {
    if (value.size() < schema.value("minItems", std::size_t{0})) {
      fail(pointer, fmt::format("{} must have at least {} entries", name(pointer),
                                schema.at("minItems").dump()));
    }
    if (schema.contains("maxItems") && value.size() > schema.at("maxItems").get<std::size_t>()) {
      fail(pointer, fmt::format("{} must have at most {} entries", name(pointer),
                                schema.at("maxItems").dump()));
    }
    if (schema.value("uniqueItems", false)) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (std::find(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(i), value[i]) ==
            value.begin() + static_cast<std::ptrdiff_t>(i)) {
          continue;
        }
        fail(pointer, fmt::format("{} lists {} twice", name(pointer), readable(value[i])));
      }
    }
    if (!schema.contains("items")) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      check(value[i], schema.at("items"), fmt::format("{}/{}", pointer, i));
    }
  }

  void check_object(Json& value, const Json& schema, const std::string& pointer) {
    if (value.size() < schema.value("minProperties", std::size_t{0})) {
      fail(pointer, name(pointer) + " must not be empty");
    }
    const Json properties = schema.value("properties", Json::object());
    for (auto& [key, member] : value.items()) {
      const std::string inner = fmt::format("{}/{}", pointer, key);
      if (schema.contains("propertyNames")) check_string(key, schema.at("propertyNames"), inner);
      if (properties.contains(key)) {
        check(member, properties.at(key), inner);
      } else if (schema.contains("additionalProperties")) {
        const Json& additional = schema.at("additionalProperties");
        if (additional == false) unknown_key(key, properties, pointer);
        if (additional.is_object()) check(member, additional, inner);
      }
    }
    for (const Json& key : schema.value("required", Json::array())) {
      if (!value.contains(key.get<std::string>())) {
        fail(pointer, fmt::format("{} lacks the key '{}'", name(pointer), key.get<std::string>()));
      }
    }
    fill(value, properties, pointer);
  }

  [[noreturn]] void unknown_key(const std::string& key, const Json& properties,
                                const std::string& pointer) const {
    std::vector<std::string> known;
    for (const auto& [name_of, schema] : properties.items()) known.push_back(name_of);
    fail(pointer + "/" + key,
         fmt::format("unknown key '{}' in {} (known: {}){}", key, name(pointer),
                     fmt::join(known, ", "), suggestion(key, known)));
  }

  static std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
    const std::string best = nearest(word, known);
    return best.empty() ? "" : fmt::format(": did you mean '{}'?", best);
  }

  void fill(Json& value, const Json& properties, const std::string& pointer) {
    for (const auto& [key, given_schema] : properties.items()) {
      const Json& schema = resolve(given_schema);
      if (value.contains(key) || !schema.contains("default")) continue;
      value[key] = schema.at("default");
      // A section's members have defaults too.
      check(value[key], schema, fmt::format("{}/{}", pointer, key));
    }
  }

  Document& document_;
  const Json& root_;
};

}  // namespace

std::string Document::place(std::string pointer) const {
  for (;;) {
    if (const auto found = lines.find(pointer); found != lines.end()) {
      return fmt::format("{}:{}: ", file, found->second);
    }
    if (pointer.empty()) return file + ": ";
    pointer.erase(pointer.rfind('/'));
  }
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

void validate(Document& document, const Json& schema) {
  Validator(document, schema).check(document.value, schema, "");
}

}  // namespace paretune::harness
