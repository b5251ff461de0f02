// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "cli/dims.h"
#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "harness/errors.h"
#include "model/cost.h"
#include "model/onnx/reader.h"
#include "model/workload.h"
#include "results/plain_text.h"
#include "results/store.h"
#include "runtime/plan.h"

namespace paretune::cli {
namespace {

using nlohmann::json;

struct Options {
  std::string model, db;
  std::vector<std::string> dims;
  std::int64_t candidate = 0;
  bool json = false, plan = false;
};

/// Sums over the nodes of one operator type.
struct OperatorTotal {
  int count = 0;
  model::NodeCost cost;
};

std::map<std::string, OperatorTotal> count_operators(const model::Graph& graph) {
  std::map<std::string, OperatorTotal> totals;
  for (const model::Node& node : graph.nodes) {
    const model::NodeCost cost = model::cost_of(graph, node);
    OperatorTotal& total = totals[node.op_type];
    ++total.count;
    total.cost.flops += cost.flops;
    total.cost.parameters += cost.parameters;
    total.cost.bytes += cost.bytes;
  }
  return totals;
}

json describe_values(const std::vector<model::ValueInfo>& values) {
  json list = json::array();
  for (const model::ValueInfo& value : values) {
    list.push_back(
        {{"name", value.name}, {"type", model::to_text(value.type)}, {"shape", value.shape}});
  }
  return list;
}

json describe_layer(const runtime::LoadedModel& model, const model::Layer& layer) {
  const auto shape_of = [&](const std::string& value) {
    return model.graph.values.at(value).shape;
  };
  json inputs = json::array();
  for (const std::string& input : layer.inputs) inputs.push_back(shape_of(input));
  model::NodeCost cost;
  for (const std::size_t index : layer.nodes) {
    const model::NodeCost node = model::cost_of(model.graph, model.graph.nodes[index]);
    cost.flops += node.flops;
    cost.parameters += node.parameters;
    cost.bytes += node.bytes;
  }
  json value = {{"id", layer.id},
                {"family", layer.family},
                {"inputs", std::move(inputs)},
                {"output", shape_of(layer.output)},
                {"parameters", cost.parameters},
                {"flops", cost.flops},
                {"bytes", cost.bytes},
                {"workload", ""},
                {"quantizable", layer.quantizable()}};
  if (layer.family != "view" && !layer.family.starts_with("op:")) {
    const model::Workload workload =
        model::workload_of(model.graph, layer, "fp32", model::ElementType::f32);
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

/// "1.23 M": three digits and a decimal prefix.
std::string short_number(double value) {
  for (const char* prefix : {"", " k", " M", " G"}) {
    if (value < 1000) return fmt::format("{:.3g}{}", value, prefix);
    value /= 1000;
  }
  return fmt::format("{:.4g} T", value);
}

std::string shape_text(const json& shape) { return model::to_text(shape.get<model::Shape>()); }

std::size_t widest(const json& rows, const char* key, std::size_t least) {
  for (const json& row : rows) least = std::max(least, row.at(key).get<std::string>().size());
  return std::min<std::size_t>(least, 100);
}

/// A name of the model's or the database's, fit for a terminal.
std::string word(const json& row, const char* key) {
  return results::plain(row.at(key).get<std::string>());
}

/// As word(), of a text of many lines.
std::string lines_of(const std::string& text) {
  std::string result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result += results::plain(line) + "\n";
  return result;
}

void print_layers(const json& layers) {
  const std::size_t id = widest(layers, "id", 12), family = widest(layers, "family", 8);
  fmt::print("{:<{}}  {:<{}}  {:<16} {:>10} {:>10} {:>10}  {}\n", "layer", id, "family", family,
             "output", "parameters", "FLOP", "bytes",
             layers.empty() || !layers[0].contains("choice") ? "" : "choice");
  for (const json& layer : layers) {
    std::string choice;
    if (layer.contains("choice")) {
      const json& made = layer.at("choice");
      choice = fmt::format("{} {} {} {}", word(made, "scheme"), word(made, "device"),
                           word(made, "kernel"), word(made, "knobs"));
    }
    fmt::print("{:<{}}  {:<{}}  {:<16} {:>10} {:>10} {:>10}  {}\n", word(layer, "id"), id,
               word(layer, "family"), family, shape_text(layer.at("output")),
               short_number(layer.at("parameters").get<double>()),
               short_number(layer.at("flops").get<double>()),
               short_number(layer.at("bytes").get<double>()), choice);
  }
}

void print_operators(const json& operators) {
  fmt::print("\n{:<24} {:>6} {:>10} {:>10} {:>10}\n", "operator", "count", "parameters", "FLOP",
             "bytes");
  for (const json& row : operators) {
    fmt::print("{:<24} {:>6} {:>10} {:>10} {:>10}\n", word(row, "op_type"),
               row.at("count").get<int>(), short_number(row.at("parameters").get<double>()),
               short_number(row.at("flops").get<double>()),
               short_number(row.at("bytes").get<double>()));
  }
}

void print_values(const char* title, const json& values) {
  for (const json& value : values) {
    fmt::print("{:<8} {} {} {}\n", title, word(value, "name"), word(value, "type"),
               shape_text(value.at("shape")));
    title = "";
  }
}

/// The kernel calls a candidate (or, without one, the default choice of every layer) becomes.
std::string plan_text(const runtime::LoadedModel& model,
                      const std::optional<model::Candidate>& candidate) {
  std::map<std::string, devices::DeviceInfo> infos;
  for (const devices::DeviceInfo& info : devices::discover()) infos[info.id] = info;
  return runtime::lower(model, candidate.value_or(model::Candidate{}), infos).text();
}

json describe_layers(const runtime::LoadedModel& model,
                     const std::optional<model::Candidate>& candidate) {
  json layers = json::array();
  for (const model::Layer& layer : model.layers) {
    json value = describe_layer(model, layer);
    if (candidate && candidate->layers.contains(layer.id)) {
      const auto& choice = candidate->layers.at(layer.id);
      value["choice"] = {{"scheme", choice.scheme},
                         {"device", choice.device},
                         {"kernel", choice.kernel},
                         {"knobs", model::to_text(choice.knobs)}};
    }
    layers.push_back(std::move(value));
  }
  return layers;
}

json describe(const runtime::LoadedModel& model, const std::optional<model::Candidate>& candidate,
              std::size_t nodes_in_file) {
  json operators = json::array();
  OperatorTotal all;
  for (const auto& [op_type, total] : count_operators(model.graph)) {
    operators.push_back({{"op_type", op_type},
                         {"count", total.count},
                         {"parameters", total.cost.parameters},
                         {"flops", total.cost.flops},
                         {"bytes", total.cost.bytes}});
    all.count += total.count;
    all.cost.parameters += total.cost.parameters;
    all.cost.flops += total.cost.flops;
  }
  return {{"name", model.name},
          {"sha256", model.hash},
          {"opset", model.graph.opset},
          {"inputs", describe_values(model.graph.inputs)},
          {"outputs", describe_values(model.graph.outputs)},
          {"nodes_in_file", nodes_in_file},
          {"nodes", all.count},
          {"parameters", all.cost.parameters},
          {"flops", all.cost.flops},
          {"operators", std::move(operators)},
          {"layers", describe_layers(model, candidate)}};
}

int inspect(const Options& options) {
  if (options.candidate != 0 && options.db.empty())
    throw harness::ConfigError("--candidate needs --db");
  const auto model = runtime::load_model(options.model, parse_dims(options.dims));
  const auto candidate = find_candidate(options);
  json value = describe(model, candidate, model::read_onnx(options.model).nodes.size());
  if (options.plan) value["plan"] = plan_text(model, candidate);
  if (options.json) {
    fmt::print("{}\n", value.dump(2));
    return kOk;
  }
  if (options.plan) {
    fmt::print("{}", lines_of(value.at("plan").get<std::string>()));
    return kOk;
  }
  print_values("inputs", value.at("inputs"));
  print_values("outputs", value.at("outputs"));
  fmt::print("\n");
  print_layers(value.at("layers"));
  print_operators(value.at("operators"));
  fmt::print("\n{}: opset {}, {} nodes ({} after folding), {} layers, {} parameters, {}FLOP\n",
             results::plain(model.name), model.graph.opset,
             value.at("nodes_in_file").get<std::size_t>(), value.at("nodes").get<int>(),
             model.layers.size(), short_number(value.at("parameters").get<double>()),
             short_number(value.at("flops").get<double>()));
  return kOk;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand(
      "inspect", "list a model's layers and operators: shapes, parameters, FLOPs, bytes");
  verb->footer("Example: paretune inspect model.onnx --db results.db --candidate 7");
  const auto options = std::make_shared<Options>();
  verb->add_option("model,--model", options->model, "ONNX file")->required();
  auto* db = verb->add_option("--db", options->db, "results database");
  verb->add_option("--candidate", options->candidate, "show what this candidate chose per layer")
      ->needs(db);
  verb->add_option("--dims", options->dims, "sizes of free dimensions: batch=8,seq=128")
      ->delimiter(',');
  verb->add_flag("--plan", options->plan,
                 "print the kernel calls it becomes: of the candidate, else of the defaults");
  verb->add_flag("--json", options->json, "as JSON");
  verb->callback([&action, options] { action = [options] { return inspect(*options); }; });
}

}  // namespace paretune::cli
