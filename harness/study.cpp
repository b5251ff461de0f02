// SPDX-License-Identifier: Apache-2.0
#include "harness/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "harness/errors.h"
#include "model/candidate.h"

namespace paretune::harness {
namespace {

using Json = nlohmann::json;

Json encode(const Preprocess& preprocess) {
  return {{"scale", preprocess.scale}, {"mean", preprocess.mean}, {"std", preprocess.std}};
}

Json encode(const SourceConfig& source) {
  Json json = {{"format", source.format}};
  if (source.format == "idx") {
    json["images"] = source.images.string();
    json["labels"] = source.labels.string();
  } else {
    json["file"] = source.file.string();
    json["inputs"] = source.inputs;
    json["label"] = source.label;
  }
  if (!source.constants.empty()) json["constants"] = source.constants;
  for (const auto& [input, preprocess] : source.preprocess) {
    json["preprocess"][input] = encode(preprocess);
  }
  return json;
}

Json encode(const LayerRule& rule) {
  Json json = {{"match", rule.match}};
  if (!rule.schemes.empty()) json["schemes"] = rule.schemes;
  if (!rule.devices.empty()) json["devices"] = rule.devices;
  return json;
}

/// Only where there are any: studies without keep the hash they had.
void encode_rules(const Study& study, Json& json) {
  for (const Bound& bound : study.constraints) json["constraints"].push_back(bound.text);
  for (const LayerRule& rule : study.layers) json["layers"].push_back(encode(rule));
}

template <typename T>
void take(const Json& json, const char* key, T& value) {
  if (json.contains(key)) json.at(key).get_to(value);
}

void take(const Json& json, const char* key, Preprocess& preprocess) {
  if (!json.contains(key)) return;
  take(json.at(key), "scale", preprocess.scale);
  take(json.at(key), "mean", preprocess.mean);
  take(json.at(key), "std", preprocess.std);
}

SourceConfig decode_source(const Json& json) {
  SourceConfig source;
  source.format = json.value("format", "");
  source.images = json.value("images", "");
  source.labels = json.value("labels", "");
  source.file = json.value("file", "");
  source.inputs = json.value("inputs", source.inputs);
  source.label = json.value("label", "");
  take(json, "constants", source.constants);
  const Json preprocess = json.value("preprocess", Json::object());
  for (const auto& [input, values] : preprocess.items()) {
    take(preprocess, input.c_str(), source.preprocess[input]);
  }
  return source;
}

Json encode(const SplitConfig& split) {
  Json json = {{"source", split.source}, {"hash", {split.from, split.to}}};
  if (split.take > 0) json["take"] = split.take;
  return json;
}

SplitConfig decode_split(const Json& json) {
  SplitConfig split;
  split.source = json.value("source", "");
  split.take = json.value("take", split.take);
  if (json.contains("hash")) {
    split.from = json.at("hash").at(0).get<double>();
    split.to = json.at("hash").at(1).get<double>();
  }
  return split;
}

Json encode_metric(const Study& study) {
  if (study.metric == "top1" && study.metric_output.empty()) return study.metric;
  Json json = {{"name", study.metric}};
  if (!study.metric_output.empty()) json["output"] = study.metric_output;
  if (study.metric != "top1") json["threshold"] = study.metric_threshold;
  return json;
}

/// The same keys as the YAML file, so that what is stored reads like what was written.
Json encode(const Study& study) {
  Json sources = Json::object(), splits = Json::object();
  for (const auto& [name, source] : study.sources) sources[name] = encode(source);
  for (const auto& [name, split] : study.splits) splits[name] = encode(split);
  return {{"study", study.name},
          {"model", {{"file", study.model_file.string()}, {"dims", study.dims}}},
          {"data",
           {{"sources", std::move(sources)},
            {"preprocess", encode(study.preprocess)},
            {"splits", std::move(splits)},
            {"metric", encode_metric(study)}}},
          {"devices", study.devices},
          {"schemes", study.schemes},
          {"kernels",
           {{"trials", study.kernel_trials},
            {"trials_by_device", study.kernel_trials_by_device},
            {"strategy", study.kernel_strategy}}},
          {"search",
           {{"strategy", study.strategy}, {"candidates", study.candidates}, {"seed", study.seed}}},
          {"objectives", study.objectives},
          {"measure",
           {{"threads", study.threads},
            {"min_samples", study.min_samples},
            {"max_samples", study.max_samples},
            {"seconds", study.measure_seconds},
            {"cache", study.cache},
            {"scenario", study.scenario},
            {"rate", study.rate},
            {"bound_ms", study.bound_ms},
            {"co_tenants", study.co_tenants},
            {"pin", study.pin}}},
          {"limits",
           {{"build_seconds", study.build_seconds},
            {"run_seconds", study.run_seconds},
            {"memory_mib", study.memory_limit_mib}}},
          {"confirm",
           {{"finalists", study.finalists},
            {"pairs", study.pairs},
            {"max_pairs", study.max_pairs},
            {"restarts", study.restarts},
            {"later_seconds", study.later_seconds},
            {"error_rate", study.error_rate},
            {"margin", study.margin},
            {"max_accuracy_drop", study.max_accuracy_drop}}}};
}

/// A metric's name, or an object with its name and settings.
void decode_metric(const Json& metric, Study& study) {
  if (metric.is_string()) {
    study.metric = metric.get<std::string>();
    return;
  }
  take(metric, "name", study.metric);
  take(metric, "output", study.metric_output);
  take(metric, "threshold", study.metric_threshold);
}

void decode_data(const Json& data, Study& study) {
  take(data, "preprocess", study.preprocess);
  const Json sources = data.value("sources", Json::object());
  for (const auto& [name, source] : sources.items()) {
    study.sources[name] = decode_source(source);
  }
  const Json splits = data.value("splits", Json::object());
  for (const auto& [name, split] : splits.items()) {
    study.splits[name] = decode_split(split);
  }
  if (data.contains("metric")) decode_metric(data.at("metric"), study);
}

void decode_rules(const Json& json, Study& study) {
  for (const Json& text : json.value("constraints", Json::array())) {
    study.constraints.push_back(parse_bound(text.get<std::string>()));
  }
  for (const Json& each : json.value("layers", Json::array())) {
    LayerRule rule;
    take(each, "match", rule.match);
    take(each, "schemes", rule.schemes);
    take(each, "devices", rule.devices);
    study.layers.push_back(std::move(rule));
  }
}

void decode_measuring(const Json& json, Study& study) {
  const Json measure = json.value("measure", Json::object());
  take(measure, "threads", study.threads);
  take(measure, "min_samples", study.min_samples);
  take(measure, "max_samples", study.max_samples);
  take(measure, "seconds", study.measure_seconds);
  take(measure, "cache", study.cache);
  take(measure, "scenario", study.scenario);
  take(measure, "rate", study.rate);
  take(measure, "bound_ms", study.bound_ms);
  take(measure, "co_tenants", study.co_tenants);
  take(measure, "pin", study.pin);
  const Json limits = json.value("limits", Json::object());
  take(limits, "build_seconds", study.build_seconds);
  take(limits, "run_seconds", study.run_seconds);
  take(limits, "memory_mib", study.memory_limit_mib);
  take(limits, "canary_every", study.canary_every);
  take(limits, "compile_processes", study.compile_processes);
  const Json confirm = json.value("confirm", Json::object());
  take(confirm, "finalists", study.finalists);
  take(confirm, "pairs", study.pairs);
  take(confirm, "max_pairs", study.max_pairs);
  take(confirm, "restarts", study.restarts);
  take(confirm, "later_seconds", study.later_seconds);
  take(confirm, "error_rate", study.error_rate);
  take(confirm, "margin", study.margin);
  take(confirm, "max_accuracy_drop", study.max_accuracy_drop);
}

/// Only where they are not as usual: studies without keep the hash they had.
void encode_care(const Study& study, Json& json) {
  const Study usual;
  if (study.canary_every != usual.canary_every) {
    json["limits"]["canary_every"] = study.canary_every;
  }
  if (study.compile_processes != usual.compile_processes) {
    json["limits"]["compile_processes"] = study.compile_processes;
  }
}

/// File name and size: data sets are too large to hash each time, and where they lie does not
/// matter.
void forget_folder(Json& object, const char* key) {
  if (!object.contains(key)) return;
  const std::filesystem::path path = object.at(key).get<std::string>();
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  object[key] = fmt::format("{}:{}", path.filename().string(), error ? 0 : size);
}

}  // namespace

int Study::trials_on(const std::string& device) const {
  const auto found = kernel_trials_by_device.find(device);
  return found == kernel_trials_by_device.end() ? kernel_trials : found->second;
}

int Study::compile_helpers() const {
  const bool compiles = std::any_of(devices.begin(), devices.end(),
                                    [](const std::string& device) { return device != "cpu"; });
  if (!compiles || compile_processes >= 0) return compiles ? compile_processes : 0;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
}

std::string Study::json() const {
  Json json = encode(*this);
  encode_rules(*this, json);
  encode_care(*this, json);
  json["file"] = file.string();
  return json.dump();
}

namespace {

Study decode_study(const Json& json) {
  Study study;
  take(json, "study", study.name);
  study.file = json.value("file", "");
  const Json model = json.value("model", Json::object());
  study.model_file = model.value("file", "");
  take(model, "dims", study.dims);
  decode_data(json.value("data", Json::object()), study);
  take(json, "devices", study.devices);
  take(json, "schemes", study.schemes);
  const Json kernels = json.value("kernels", Json::object());
  take(kernels, "trials", study.kernel_trials);
  take(kernels, "trials_by_device", study.kernel_trials_by_device);
  take(kernels, "strategy", study.kernel_strategy);
  const Json search = json.value("search", Json::object());
  take(search, "strategy", study.strategy);
  take(search, "candidates", study.candidates);
  take(search, "seed", study.seed);
  take(json, "objectives", study.objectives);
  decode_rules(json, study);
  decode_measuring(json, study);
  return study;
}

}  // namespace

Study Study::from_json(const std::string& text) {
  try {
    return decode_study(Json::parse(text));
  } catch (const Json::exception& error) {
    throw ConfigError(fmt::format("the recorded study cannot be read: {}", error.what()));
  }
}

std::string Study::hash(const std::string& model_hash) const {
  Json json = encode(*this);
  encode_rules(*this, json);
  json["model"]["file"] = model_hash;
  for (Json& source : json["data"]["sources"]) {
    for (const char* key : {"images", "labels", "file"}) forget_folder(source, key);
  }
  return model::sha256(json.dump());
}

}  // namespace paretune::harness
