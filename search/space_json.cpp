// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/space.h"

namespace paretune::search {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Parameter& parameter) {
  Json result = {{"name", parameter.name}, {"values", parameter.values}};
  if (!parameter.labels.empty()) result["labels"] = parameter.labels;
  return result;
}

Json json_of(const Constraint& constraint) {
  Json terms = Json::array();
  for (const Constraint::Term& term : constraint.terms) {
    terms.push_back({{"coefficient", term.coefficient}, {"factors", term.factors}});
  }
  return {{"terms", terms},
          {"limit", constraint.limit},
          {"dividend", constraint.dividend},
          {"divisor", constraint.divisor},
          {"why", constraint.why}};
}

/// nlohmann converts 1.5 and true to integers without a word; a space must not.
std::int64_t integer(const Json& value) {
  if (!value.is_number_integer()) throw std::invalid_argument("a value is not an integer");
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) {
    throw std::invalid_argument("a value does not fit in 64 bits");
  }
  return value.get<std::int64_t>();
}

Parameter parameter_of(const Json& json) {
  Parameter result;
  result.name = json.at("name").get<std::string>();
  for (const Json& value : json.at("values")) result.values.push_back(integer(value));
  if (json.contains("labels")) result.labels = json.at("labels").get<std::vector<std::string>>();
  return result;
}

Constraint constraint_of(const Json& json) {
  Constraint result;
  for (const Json& term : json.at("terms")) {
    result.terms.push_back(
        {integer(term.at("coefficient")), term.at("factors").get<std::vector<std::string>>()});
  }
  result.limit = integer(json.at("limit"));
  result.dividend = json.value("dividend", "");
  result.divisor = json.value("divisor", "");
  result.why = json.value("why", "");
  return result;
}

}  // namespace

std::string Space::json() const {
  Json result = {{"parameters", Json::array()}, {"constraints", Json::array()}};
  for (const Parameter& parameter : parameters_) result["parameters"].push_back(json_of(parameter));
  for (const Constraint& constraint : constraints_) {
    result["constraints"].push_back(json_of(constraint));
  }
  return result.dump();
}

Space Space::from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    Space space;
    for (const Json& parameter : json.at("parameters")) space.add(parameter_of(parameter));
    for (const Json& constraint : json.at("constraints")) space.add(constraint_of(constraint));
    return space;
  } catch (const std::exception& error) {
    throw std::invalid_argument(std::string("not a search space: ") + error.what());
  }
}

}  // namespace paretune::search
