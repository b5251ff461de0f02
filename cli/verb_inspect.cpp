// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "harness/errors.h"
#include "model/workload.h"
#include "results/store.h"
#include "runtime/model.h"

namespace paretune::cli {
namespace {

using nlohmann::json;

struct Options {
  std::string model, db;
  std::int64_t candidate = 0;
  bool json = false;
};

json describe_layer(const runtime::LoadedModel& model, const model::Layer& layer) {
  const auto shape_of = [&](const std::string& value) {
    return model.graph.values.at(value).shape;
  };
  json inputs = json::array();
  for (const std::string& input : layer.inputs) inputs.push_back(shape_of(input));
  std::int64_t parameters = 0;
  for (const std::string& name : {layer.weight, layer.bias}) {
    if (!name.empty())
      parameters += static_cast<std::int64_t>(model.graph.initializers.at(name).count());
  }
  json value = {{"id", layer.id},
                {"family", layer.family},
                {"inputs", std::move(inputs)},
                {"output", shape_of(layer.output)},
                {"parameters", parameters},
                {"flops", 0.0},
                {"workload", ""},
                {"quantizable", layer.quantizable()}};
  if (layer.family != "view" && !layer.family.starts_with("op:")) {
    const model::Workload workload =
        model::workload_of(model.graph, layer, "fp32", model::ElementType::f32);
    value["flops"] = workload.flops();
    value["workload"] = workload.key();
  }
  return value;
}

std::optional<model::Candidate> find_candidate(const Options& options) {
  if (options.candidate == 0) return std::nullopt;
  const results::Store store(options.db, results::Store::Mode::read_only);
  const auto row = store.find_candidate(options.candidate);
  if (!row)
    throw harness::ConfigError(
        fmt::format("there is no candidate {} in '{}'", options.candidate, options.db));
  return row->candidate;
}

void print_layers(const json& layers) {
  fmt::print("{:<28} {:<20} {:<16} {:>10} {:>12}  {}\n", "layer", "family", "output", "parameters",
             "FLOPs", "choice");
  for (const json& layer : layers) {
    std::string choice;
    if (layer.contains("choice")) {
      const json& made = layer.at("choice");
      choice = fmt::format(
          "{} {} {} {}", made.at("scheme").get<std::string>(), made.at("device").get<std::string>(),
          made.at("kernel").get<std::string>(), made.at("knobs").get<std::string>());
    }
    fmt::print("{:<28} {:<20} {:<16} {:>10} {:>12.0f}  {}\n", layer.at("id").get<std::string>(),
               layer.at("family").get<std::string>(), layer.at("output").dump(),
               layer.at("parameters").get<std::int64_t>(), layer.at("flops").get<double>(), choice);
  }
}

int inspect(const Options& options) {
  if (options.candidate != 0 && options.db.empty())
    throw harness::ConfigError("--candidate needs --db");
  const auto model = runtime::load_model(options.model);
  const auto candidate = find_candidate(options);
  json layers = json::array();
  std::int64_t parameters = 0;
  double flops = 0;
  for (const model::Layer& layer : model.layers) {
    json value = describe_layer(model, layer);
    if (candidate && candidate->layers.contains(layer.id)) {
      const auto& choice = candidate->layers.at(layer.id);
      value["choice"] = {{"scheme", choice.scheme},
                         {"device", choice.device},
                         {"kernel", choice.kernel},
                         {"knobs", model::to_text(choice.knobs)}};
    }
    parameters += value.at("parameters").get<std::int64_t>();
    flops += value.at("flops").get<double>();
    layers.push_back(std::move(value));
  }
  if (options.json) {
    fmt::print("{}\n", json{{"name", model.name},
                            {"sha256", model.hash},
                            {"parameters", parameters},
                            {"flops", flops},
                            {"layers", layers}}
                           .dump(2));
    return kOk;
  }
  print_layers(layers);
  fmt::print("{}: {} layers, {} parameters, {:.4g} MFLOP\n", model.name, layers.size(), parameters,
             flops / 1e6);
  return kOk;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("inspect", "list a model's layers, with a candidate's choices if asked");
  verb->footer("Example: paretune inspect model.onnx --db results.db --candidate 7");
  const auto options = std::make_shared<Options>();
  verb->add_option("model,--model", options->model, "ONNX file")->required();
  auto* db = verb->add_option("--db", options->db, "results database");
  verb->add_option("--candidate", options->candidate, "show what this candidate chose per layer")
      ->needs(db);
  verb->add_flag("--json", options->json, "as JSON");
  verb->callback([&action, options] { action = [options] { return inspect(*options); }; });
}

}  // namespace paretune::cli
