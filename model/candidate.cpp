// SPDX-License-Identifier: Apache-2.0
#include "model/candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "model/errors.h"

namespace paretune::model {
namespace {

using Json = nlohmann::json;

std::int64_t integer(std::string_view text, std::string_view whole) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw InvalidModel(fmt::format("knobs '{}' hold '{}', which is no integer", whole, text));
  }
  return value;
}

/// Refuses members nobody reads: a misspelt name would silently mean its default.
void check_members(const Json& object, std::initializer_list<std::string_view> allowed) {
  if (!object.is_object()) throw InvalidModel("a candidate and its layers must be JSON objects");
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(allowed, key) == allowed.end()) {
      throw InvalidModel(fmt::format("a candidate has no member '{}'; remove it", key));
    }
  }
}

LayerChoice choice_from(const Json& json) {
  check_members(json, {"scheme", "device", "kernel", "knobs"});
  LayerChoice choice;
  choice.scheme = json.value("scheme", choice.scheme);
  choice.device = json.value("device", choice.device);
  choice.kernel = json.value("kernel", choice.kernel);
  if (json.contains("knobs")) choice.knobs = json.at("knobs").get<Knobs>();
  return choice;
}

}  // namespace

std::string to_text(const Knobs& knobs) {
  std::string text;
  for (const auto& [name, value] : knobs) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}={}", name, value);
  }
  return text;
}

Knobs knobs_from_text(std::string_view text) {
  Knobs knobs;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view item = text.substr(begin, end - begin);
    const std::size_t equals = item.find('=');
    if (equals == 0 || equals == std::string_view::npos || end + 1 == text.size()) {
      throw InvalidModel(fmt::format("knobs '{}' are not written name=value,name=value", text));
    }
    const std::string name(item.substr(0, equals));
    if (!knobs.emplace(name, integer(item.substr(equals + 1), text)).second) {
      throw InvalidModel(fmt::format("knobs '{}' name '{}' twice", text, name));
    }
    begin = end + 1;
  }
  return knobs;
}

std::string Candidate::json() const {
  // nlohmann::json objects are sorted by key and dump() without indent is compact: canonical.
  Json choices = Json::object();
  for (const auto& [id, choice] : layers) {
    choices[id] = {{"scheme", choice.scheme},
                   {"device", choice.device},
                   {"kernel", choice.kernel},
                   {"knobs", Json(choice.knobs)}};
    if (choice.knobs.empty()) choices[id]["knobs"] = Json::object();
  }
  return Json{{"layers", choices}, {"threads", threads}, {"batch", batch}, {"runtime", runtime}}
      .dump();
}

Candidate Candidate::from_json(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    check_members(json, {"layers", "threads", "batch", "runtime"});
    Candidate candidate;
    candidate.threads = json.value("threads", candidate.threads);
    candidate.batch = json.value("batch", candidate.batch);
    candidate.runtime = json.value("runtime", candidate.runtime);
    if (json.contains("layers")) {
      for (const auto& [id, choice] : json.at("layers").items()) {
        candidate.layers[id] = choice_from(choice);
      }
    }
    return candidate;
  } catch (const Json::exception& error) {
    throw InvalidModel(fmt::format("the text is no candidate: {}", error.what()));
  }
}

std::string Candidate::hash() const { return sha256(json()); }

}  // namespace paretune::model
