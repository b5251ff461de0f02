// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/errors.h"
#include "harness/schema.h"
#include "harness/study.h"
#include "harness/yaml_document.h"
#include "model/quant/scheme.h"
#include "results/fields.h"
#include "search/strategy.h"

namespace paretune::harness {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// Makes the path at `pointer` absolute and checks that the file is there.
void resolve_file(Document& document, const std::string& pointer) {
  const Json::json_pointer at(pointer);
  if (!document.value.contains(at)) return;
  const std::string given = document.value.at(at);
  const fs::path path =
      fs::absolute(fs::path(document.file).parent_path() / given).lexically_normal();
  if (!fs::is_regular_file(path)) {
    const Json& model = document.value.at("model");
    const std::string remedy =
        model.contains("get")
            ? fmt::format("; make it with: {}", model.at("get").get<std::string>())
            : "";
    throw ConfigError(fmt::format("{}the file '{}' does not exist{}", document.place(pointer),
                                  path.string(), remedy));
  }
  document.value[at] = path.string();
}

void require(const Document& document, const std::string& pointer,
             std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (!document.value.at(Json::json_pointer(pointer)).contains(key)) {
      throw ConfigError(fmt::format("{}'{}' lacks the key '{}'", document.place(pointer),
                                    pointer.substr(1), key));
    }
  }
}

void check_sources(Document& document) {
  for (const auto& [name, source] : document.value.at("data").at("sources").items()) {
    const std::string pointer = "/data/sources/" + name;
    if (source.at("format") == "idx") {
      require(document, pointer, {"images", "labels"});
    } else {
      require(document, pointer, {"file", "inputs", "label"});
    }
  }
  const Json names = document.value.at("data").at("sources");
  for (const auto& [name, source] : names.items()) {
    for (const char* key : {"images", "labels", "file"}) {
      resolve_file(document, fmt::format("/data/sources/{}/{}", name, key));
    }
  }
}

void check_splits(const Document& document) {
  const Json& data = document.value.at("data");
  for (const auto& [name, split] : data.at("splits").items()) {
    const std::string pointer = "/data/splits/" + name;
    if (!data.at("sources").contains(split.at("source").get<std::string>())) {
      throw ConfigError(fmt::format("{}there is no source '{}'",
                                    document.place(pointer + "/source"),
                                    split.at("source").get<std::string>()));
    }
    if (split.contains("hash") && split.at("hash").at(0) >= split.at("hash").at(1)) {
      throw ConfigError(
          fmt::format("{}the split '{}' is empty: 'hash' must be [from, to] with from < to",
                      document.place(pointer + "/hash"), name));
    }
  }
}

/// Every entry of the list or the single value at `pointer` must be one of `known`.
void check_names(const Document& document, const std::string& pointer, const std::string& what,
                 const std::vector<std::string>& known) {
  const Json& value = document.value.at(Json::json_pointer(pointer));
  for (const Json& entry : value.is_array() ? value : Json::array({value})) {
    const auto word = entry.get<std::string>();
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    const std::string best = nearest(word, known);
    throw ConfigError(fmt::format("{}unknown {} '{}' (known: {}){}", document.place(pointer), what,
                                  word, fmt::join(known, ", "),
                                  best.empty() ? "" : fmt::format(": did you mean '{}'?", best)));
  }
}

void check_trials(const Document& document) {
  const auto devices = document.value.at("devices").get<std::vector<std::string>>();
  const std::string pointer = "/kernels/trials_by_device";
  for (const auto& [device, trials] : document.value.at(Json::json_pointer(pointer)).items()) {
    if (std::find(devices.begin(), devices.end(), device) != devices.end()) continue;
    throw ConfigError(fmt::format("{}'{}' is not among the study's devices ({})",
                                  document.place(pointer + "/" + device), device,
                                  fmt::join(devices, ", ")));
  }
}

void check_lists(const Document& document) {
  std::vector<std::string> schemes, strategies, objectives;
  for (const auto& scheme : model::schemes()) schemes.emplace_back(scheme->name());
  for (const auto& entry : search::strategies()) strategies.emplace_back(entry.name);
  for (const auto& field : results::fields()) {
    if (field.sense != results::Field::Sense::none) objectives.emplace_back(field.name);
  }
  check_names(document, "/schemes", "scheme", schemes);
  check_names(document, "/kernels/strategy", "strategy", strategies);
  check_names(document, "/search/strategy", "strategy", strategies);
  check_names(document, "/objectives", "objective", objectives);
}

void check_measuring(const Document& document) {
  const Json& measure = document.value.at("measure");
  if (measure.at("scenario") == "server" && !(measure.at("rate") > 0)) {
    throw ConfigError(document.place("/measure/scenario") +
                      "the scenario 'server' needs 'measure.rate': queries per second");
  }
  if (measure.at("cache") == "cold" && measure.at("scenario") != "single_stream") {
    throw ConfigError(document.place("/measure/cache") +
                      "cold caches are measured run by run: the scenario 'single_stream'");
  }
  if (measure.at("min_samples") > measure.at("max_samples")) {
    throw ConfigError(document.place("/measure/min_samples") +
                      "'measure.min_samples' must not be more than 'measure.max_samples'");
  }
}

void check_constraints(const Document& document) {
  const Json& list = document.value.at("constraints");
  for (std::size_t i = 0; i < list.size(); ++i) {
    try {
      parse_bound(list[i].get<std::string>());
    } catch (const std::invalid_argument& error) {
      throw ConfigError(document.place(fmt::format("/constraints/{}", i)) + error.what());
    }
  }
}

void check_layers(const Document& document) {
  const Json& list = document.value.at("layers");
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (const auto& [key, what] :
         {std::pair("schemes", "scheme"), std::pair("devices", "device")}) {
      if (!list[i].contains(key)) continue;
      check_names(document, fmt::format("/layers/{}/{}", i, key),
                  fmt::format("{} of this study", what),
                  document.value.at(key).get<std::vector<std::string>>());
    }
  }
}

}  // namespace

Study load_study(const fs::path& file) {
  Document document = read_yaml(file);
  validate(document, Json::parse(study_schema()));
  resolve_file(document, "/model/file");
  check_sources(document);
  check_splits(document);
  check_lists(document);
  check_measuring(document);
  check_trials(document);
  check_constraints(document);
  check_layers(document);
  document.value["file"] = fs::absolute(file).lexically_normal().string();
  Study study = Study::from_json(document.value.dump());
  for (std::size_t i = 0; i < study.layers.size(); ++i) {
    study.layers[i].place = document.place(fmt::format("/layers/{}/match", i));
  }
  return study;
}

}  // namespace paretune::harness
