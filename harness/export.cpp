// SPDX-License-Identifier: Apache-2.0
#include "harness/export.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "harness/calibrate.h"
#include "harness/dataset.h"
#include "harness/describe.h"
#include "harness/errors.h"
#include "harness/verify.h"
#include "model/onnx/writer.h"
#include "model/passes/passes.h"
#include "model/quant/qdq.h"
#include "results/statistics.h"
#include "runtime/package.h"
#include "runtime/session.h"

namespace paretune::harness {
namespace {

using nlohmann::json;

/// Cases a package carries to prove itself wherever it is unpacked.
constexpr std::size_t kGoldenCases = 3;
constexpr int kEvidenceVersion = 1;

results::CandidateRow exportable(const results::Store& store, std::int64_t id) {
  const auto row = store.find_candidate(id);
  if (!row) {
    throw ConfigError(
        fmt::format("candidate {} is not in this database; see `paretune front --all`", id));
  }
  if (row->outcome != results::Outcome::ok) {
    throw ConfigError(
        fmt::format("candidate {} has no verified result ({}: {}), so it cannot be exported", id,
                    results::to_text(row->outcome), row->failure.reason));
  }
  return *row;
}

bool needs_parameters(const model::Candidate& candidate) {
  return std::any_of(candidate.layers.begin(), candidate.layers.end(), [](const auto& entry) {
    const model::Scheme* scheme = model::find_scheme(entry.second.scheme);
    return scheme != nullptr && scheme->input_type() == model::ElementType::u8;
  });
}

void calibrate(const Study& study, runtime::LoadedModel& model, runtime::DeviceSet& devices) {
  const auto split = study.splits.find("calibrate");
  if (split == study.splits.end()) {
    throw ConfigError(
        fmt::format("{}: int8 needs a split 'calibrate' under data.splits", study.file.string()));
  }
  const auto data = open_source(study, split->second.source, model.graph);
  const auto batches = in_batches(split_indices(study, "calibrate", data->size()), data->batch());
  model.parameters = calibrate_min_max(model, devices, batches.size(),
                                       [&](std::size_t run) { return data->inputs(batches[run]); });
}

std::vector<std::vector<model::Tensor>> golden_inputs(const Study& study,
                                                      const runtime::LoadedModel& model) {
  const auto split = study.splits.find("select");
  if (split == study.splits.end()) {
    throw ConfigError(fmt::format("{}: the study has no split 'select'", study.file.string()));
  }
  const auto data = open_source(study, split->second.source, model.graph);
  const auto indices = split_indices(study, "select", data->size());
  const std::size_t batch = data->batch();
  std::vector<std::vector<model::Tensor>> cases;
  for (std::size_t i = 0; i < kGoldenCases; ++i) {
    std::vector<std::size_t> chunk;
    for (std::size_t b = 0; b < batch; ++b)
      chunk.push_back(indices[(i * batch + b) % indices.size()]);
    cases.push_back(data->inputs(chunk));
  }
  return cases;
}

/// The standard ONNX a candidate means. Dimensions that are free in the study's model stay free
/// when binding them changed no layer, so that others can run the file at any batch size.
std::string exported_onnx(const Study& study, const runtime::LoadedModel& model,
                          const model::Candidate& candidate) {
  const auto schemes = schemes_of(model, candidate);
  const auto free = runtime::load_free(study.model_file, model);
  const runtime::LoadedModel& source = free ? *free : model;
  model::Graph graph = model::insert_qdq(source.graph, source.layers, schemes, model.parameters);
  model::rename_generated(graph);
  return model::to_onnx(graph);
}

json metrics_json(const std::map<std::string, results::Metric>& metrics) {
  json out = json::object();
  for (const auto& [name, metric] : metrics) {
    out[name] = {{"value", metric.value}, {"lo", metric.lo}, {"hi", metric.hi}, {"n", metric.n}};
  }
  return out;
}

/// What the package claims, with the raw samples behind it.
std::string evidence(const Study& study, const results::Store& store,
                     const results::CandidateRow& row, const runtime::LoadedModel& model,
                     const std::vector<devices::DeviceInfo>& infos,
                     const runtime::MemoryUse& memory) {
  const results::MachineRecord machine = machine_record(infos);
  const auto evaluation = store.latest_evaluation(row.id);
  json samples = json::object();
  if (evaluation) {
    const results::Measurement& m = evaluation->measurement;
    samples = {{"wall_ns", m.wall_ns},
               {"cpu_ns", m.cpu_ns},
               {"incumbent_wall_ns", m.incumbent_wall_ns},
               {"numerics", m.numerics},
               {"block", evaluation->block}};
  }
  const json out = {
      {"schema_version", kEvidenceVersion},
      {"exported", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
      {"study", study.name},
      {"study_hash", study.hash(model.hash)},
      {"model", {{"name", model.name}, {"sha256", model.hash}}},
      {"candidate",
       {{"id", row.id}, {"hash", row.hash}, {"origin", row.origin}, {"confirmed", row.confirmed}}},
      {"metrics", metrics_json(row.metrics)},
      {"samples", samples},
      {"memory_bytes",
       {{"weights", memory.weights}, {"arena", memory.arena}, {"workspace", memory.workspace}}},
      {"machine",
       {{"fingerprint", machine.fingerprint},
        {"cpu", machine.cpu},
        {"isa", machine.isa},
        {"os", machine.os},
        {"compiler", machine.compiler},
        {"devices", json::parse(machine.devices_json)}}}};
  return out.dump(2) + "\n";
}

std::vector<devices::DeviceInfo> used_devices(const model::Candidate& candidate,
                                              runtime::DeviceSet& devices) {
  std::set<std::string> ids = {"cpu"};
  for (const auto& [layer, choice] : candidate.layers) ids.insert(choice.device);
  std::vector<devices::DeviceInfo> infos;
  infos.reserve(ids.size());
  for (const std::string& id : ids) infos.push_back(devices.get(id).info());
  return infos;
}

}  // namespace

ExportResult export_package(const Study& study, results::Store& store, std::int64_t candidate_id,
                            const std::filesystem::path& folder) {
  const results::CandidateRow row = exportable(store, candidate_id);
  runtime::LoadedModel model = runtime::load_model(study.model_file, study.dims);
  runtime::DeviceSet devices;
  if (needs_parameters(row.candidate)) calibrate(study, model, devices);
  runtime::Session session(model, row.candidate, devices);

  runtime::PackageContents contents;
  contents.onnx = exported_onnx(study, model, row.candidate);
  contents.candidate = row.candidate;
  contents.dims = study.dims;
  contents.golden_inputs = golden_inputs(study, model);
  for (const auto& inputs : contents.golden_inputs)
    contents.golden_outputs.push_back(session.run(inputs));
  const Tolerance tolerance = tolerance_for(row.candidate, contents.golden_outputs);
  contents.tolerance_absolute = tolerance.absolute;
  contents.tolerance_relative = tolerance.relative;
  contents.evidence_json =
      evidence(study, store, row, model, used_devices(row.candidate, devices), session.memory());
  runtime::write_package(contents, folder);

  ExportResult result;
  result.folder = folder;
  const runtime::Package package = runtime::load_package(folder);
  runtime::Session reloaded(package.model, package.candidate, devices);
  for (std::size_t i = 0; i < package.golden_inputs.size(); ++i) {
    const auto outputs = reloaded.run(package.golden_inputs[i]);
    result.max_error = std::max(result.max_error, max_error(contents.golden_outputs[i], outputs));
  }
  const std::string wrong = self_test(folder);
  if (!wrong.empty()) {
    throw runtime::PackageError(fmt::format(
        "{}: the written package does not repeat its golden outputs: {}", folder.string(), wrong));
  }
  result.sha256 = runtime::package_hash(folder);
  store.record_artifact(candidate_id, "package", std::filesystem::absolute(folder).string(),
                        result.sha256);
  result.summary = fmt::format(
      "candidate {} written to {} and loaded again: {} golden cases repeat (largest difference "
      "{:.2g})",
      candidate_id, folder.string(), package.golden_inputs.size(), result.max_error);
  return result;
}

std::string self_test(const std::filesystem::path& folder) {
  const runtime::Package package = runtime::load_package(folder);
  runtime::DeviceSet devices;
  runtime::Session session(package.model, package.candidate, devices);
  const Tolerance tolerance{package.tolerance_absolute, package.tolerance_relative};
  for (std::size_t i = 0; i < package.golden_inputs.size(); ++i) {
    session.poison();
    const std::string wrong = compare_outputs(package.golden_outputs.at(i),
                                              session.run(package.golden_inputs[i]), tolerance);
    if (!wrong.empty()) return fmt::format("golden case {}: {}", i, wrong);
  }
  return package.golden_inputs.empty() ? "the package has no golden cases" : "";
}

}  // namespace paretune::harness
