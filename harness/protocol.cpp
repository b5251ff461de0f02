// SPDX-License-Identifier: Apache-2.0
#include "harness/protocol.h"

#include <limits>

#include "devices/errors.h"
#include "harness/errors.h"
#include "harness/messages.h"
#include "model/errors.h"

namespace paretune::harness::messages {
namespace {

double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Json encode_device(const devices::DeviceInfo& info) {
  return {{"id", info.id},
          {"kind", info.kind},
          {"name", info.name},
          {"driver", info.driver},
          {"memory_bytes", info.memory_bytes},
          {"local_memory_bytes", info.local_memory_bytes},
          {"compute_units", info.compute_units},
          {"max_work_group", info.max_work_group},
          {"host_shared", info.host_shared},
          {"features", info.features}};
}

devices::DeviceInfo decode_device(const Json& json) {
  devices::DeviceInfo info;
  json.at("id").get_to(info.id);
  json.at("kind").get_to(info.kind);
  json.at("name").get_to(info.name);
  json.at("driver").get_to(info.driver);
  json.at("memory_bytes").get_to(info.memory_bytes);
  json.at("local_memory_bytes").get_to(info.local_memory_bytes);
  json.at("compute_units").get_to(info.compute_units);
  json.at("max_work_group").get_to(info.max_work_group);
  json.at("host_shared").get_to(info.host_shared);
  json.at("features").get_to(info.features);
  return info;
}

Json encode_layer(const LayerInfo& layer) {
  return {{"id", layer.id},
          {"family", layer.family},
          {"quantizable", layer.quantizable},
          {"flops", layer.flops},
          {"weight_bytes", layer.weight_bytes},
          {"workloads", layer.workloads}};
}

LayerInfo decode_layer(const Json& json) {
  LayerInfo layer;
  json.at("id").get_to(layer.id);
  json.at("family").get_to(layer.family);
  json.at("quantizable").get_to(layer.quantizable);
  layer.flops = number(json.at("flops"));
  json.at("weight_bytes").get_to(layer.weight_bytes);
  json.at("workloads").get_to(layer.workloads);
  return layer;
}

Json encode_task(const KernelTask& task) {
  return {{"workload", task.workload},
          {"device", task.device},
          {"kernel", task.kernel},
          {"version", task.version},
          {"schemes", task.schemes},
          {"space", task.space.json()},
          {"default_knobs", task.default_knobs}};
}

KernelTask decode_task(const Json& json) {
  KernelTask task;
  json.at("workload").get_to(task.workload);
  json.at("device").get_to(task.device);
  json.at("kernel").get_to(task.kernel);
  json.at("version").get_to(task.version);
  json.at("schemes").get_to(task.schemes);
  task.space = search::Space::from_json(json.at("space").get<std::string>());
  json.at("default_knobs").get_to(task.default_knobs);
  return task;
}

Json encode_choice(const model::LayerChoice& choice) {
  return {{"scheme", choice.scheme},
          {"device", choice.device},
          {"kernel", choice.kernel},
          {"knobs", choice.knobs}};
}

model::LayerChoice decode_choice(const Json& json) {
  model::LayerChoice choice;
  json.at("scheme").get_to(choice.scheme);
  json.at("device").get_to(choice.device);
  json.at("kernel").get_to(choice.kernel);
  json.at("knobs").get_to(choice.knobs);
  return choice;
}

Json encode_machine(const results::MachineRecord& machine) {
  return {{"fingerprint", machine.fingerprint},
          {"hostname", machine.hostname},
          {"cpu", machine.cpu},
          {"isa", machine.isa},
          {"os", machine.os},
          {"compiler", machine.compiler},
          {"devices_json", machine.devices_json}};
}

results::MachineRecord decode_machine(const Json& json) {
  results::MachineRecord machine;
  json.at("fingerprint").get_to(machine.fingerprint);
  json.at("hostname").get_to(machine.hostname);
  json.at("cpu").get_to(machine.cpu);
  json.at("isa").get_to(machine.isa);
  json.at("os").get_to(machine.os);
  json.at("compiler").get_to(machine.compiler);
  json.at("devices_json").get_to(machine.devices_json);
  return machine;
}

}  // namespace

std::string line(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json encode(const Description& description) {
  Json layers = Json::array(), infos = Json::array(), tasks = Json::array();
  for (const LayerInfo& layer : description.layers) layers.push_back(encode_layer(layer));
  for (const auto& info : description.devices) infos.push_back(encode_device(info));
  for (const KernelTask& task : description.tasks) tasks.push_back(encode_task(task));
  Json defaults = Json::object();
  for (const auto& [key, choice] : description.defaults) defaults[key] = encode_choice(choice);
  return {{"model_hash", description.model_hash},
          {"model_name", description.model_name},
          {"layers", std::move(layers)},
          {"devices", std::move(infos)},
          {"tasks", std::move(tasks)},
          {"defaults", std::move(defaults)},
          {"unavailable", description.unavailable},
          {"machine", encode_machine(description.machine)}};
}

template <>
Description decode(const Json& json) {
  Description description;
  json.at("model_hash").get_to(description.model_hash);
  json.at("model_name").get_to(description.model_name);
  for (const Json& layer : json.at("layers")) description.layers.push_back(decode_layer(layer));
  for (const Json& info : json.at("devices")) description.devices.push_back(decode_device(info));
  for (const Json& task : json.at("tasks")) description.tasks.push_back(decode_task(task));
  for (const auto& [key, choice] : json.at("defaults").items()) {
    description.defaults[key] = decode_choice(choice);
  }
  json.at("unavailable").get_to(description.unavailable);
  description.machine = decode_machine(json.at("machine"));
  return description;
}

Json encode(const model::QuantParameters& parameters) {
  Json json = Json::object();
  for (const auto& [value, params] : parameters) json[value] = {params.scale, params.zero_point};
  return json;
}

template <>
model::QuantParameters decode(const Json& json) {
  model::QuantParameters parameters;
  for (const auto& [value, params] : json.items()) {
    parameters[value] = {params.at(0).get<float>(), params.at(1).get<std::int32_t>()};
  }
  return parameters;
}

Json encode(const KernelRequest& request) {
  return {{"workload", request.workload},
          {"device", request.device},
          {"kernel", request.kernel},
          {"knobs", request.knobs},
          {"threads", request.threads}};
}

template <>
KernelRequest decode(const Json& json) {
  KernelRequest request;
  json.at("workload").get_to(request.workload);
  json.at("device").get_to(request.device);
  json.at("kernel").get_to(request.kernel);
  json.at("knobs").get_to(request.knobs);
  json.at("threads").get_to(request.threads);
  return request;
}

Json encode(const KernelMeasurement& measurement) {
  return {{"wall_ns", measurement.wall_ns},
          {"cpu_ns", measurement.cpu_ns},
          {"compile_seconds", measurement.compile_seconds}};
}

template <>
KernelMeasurement decode(const Json& json) {
  KernelMeasurement measurement;
  json.at("wall_ns").get_to(measurement.wall_ns);
  json.at("cpu_ns").get_to(measurement.cpu_ns);
  measurement.compile_seconds = number(json.at("compile_seconds"));
  return measurement;
}

Json encode(const results::Metric& metric) {
  return {{"name", metric.name},
          {"value", metric.value},
          {"lo", metric.lo},
          {"hi", metric.hi},
          {"n", metric.n}};
}

template <>
results::Metric decode(const Json& json) {
  return {json.at("name").get<std::string>(), number(json.at("value")), number(json.at("lo")),
          number(json.at("hi")), json.at("n").get<std::int64_t>()};
}

Json encode(const EvaluateRequest& request) {
  Json known = Json::object();
  for (const auto& [numerics, metric] : request.known_accuracy) known[numerics] = encode(metric);
  return {{"candidate", request.candidate.json()},
          {"incumbent", request.incumbent.json()},
          {"accuracy", request.accuracy},
          {"split", request.split},
          {"pairs", request.pairs},
          {"verify", request.verify},
          {"seed", request.seed},
          {"known_accuracy", std::move(known)}};
}

template <>
EvaluateRequest decode(const Json& json) {
  EvaluateRequest request;
  request.candidate = model::Candidate::from_json(json.at("candidate").get<std::string>());
  request.incumbent = model::Candidate::from_json(json.at("incumbent").get<std::string>());
  json.at("accuracy").get_to(request.accuracy);
  json.at("split").get_to(request.split);
  json.at("pairs").get_to(request.pairs);
  json.at("verify").get_to(request.verify);
  json.at("seed").get_to(request.seed);
  for (const auto& [numerics, metric] : json.at("known_accuracy").items()) {
    request.known_accuracy[numerics] = decode<results::Metric>(metric);
  }
  return request;
}

Json encode(const results::Measurement& measurement) {
  Json metrics = Json::array();
  for (const results::Metric& metric : measurement.metrics) metrics.push_back(encode(metric));
  return {{"metrics", std::move(metrics)},
          {"wall_ns", measurement.wall_ns},
          {"cpu_ns", measurement.cpu_ns},
          {"incumbent_wall_ns", measurement.incumbent_wall_ns},
          {"incumbent_cpu_ns", measurement.incumbent_cpu_ns},
          {"marks", measurement.marks},
          {"conditions", measurement.conditions},
          {"numerics", measurement.numerics}};
}

template <>
results::Measurement decode(const Json& json) {
  results::Measurement measurement;
  for (const Json& metric : json.at("metrics")) {
    measurement.metrics.push_back(decode<results::Metric>(metric));
  }
  json.at("wall_ns").get_to(measurement.wall_ns);
  json.at("cpu_ns").get_to(measurement.cpu_ns);
  json.at("incumbent_wall_ns").get_to(measurement.incumbent_wall_ns);
  json.at("incumbent_cpu_ns").get_to(measurement.incumbent_cpu_ns);
  json.at("marks").get_to(measurement.marks);
  json.at("conditions").get_to(measurement.conditions);
  json.at("numerics").get_to(measurement.numerics);
  return measurement;
}

Json encode(const results::Failure& failure) {
  return {{"outcome", results::to_text(failure.outcome)},
          {"stage", failure.stage},
          {"reason", failure.reason},
          {"signal", failure.signal}};
}

template <>
results::Failure decode(const Json& json) {
  return {results::outcome_from_text(json.at("outcome").get<std::string>()),
          json.at("stage").get<std::string>(), json.at("reason").get<std::string>(),
          json.at("signal").get<int>()};
}

Json encode_current_exception() {
  try {
    throw;
  } catch (const model::UnsupportedModel& error) {
    return {{"kind", "unsupported_model"}, {"message", error.what()}};
  } catch (const model::InvalidModel& error) {
    return {{"kind", "invalid_model"}, {"message", error.what()}};
  } catch (const devices::DeviceError& error) {
    return {{"kind", "device_error"}, {"message", error.what()}};
  } catch (const ConfigError& error) {
    return {{"kind", "config_error"}, {"message", error.what()}};
  } catch (const std::exception& error) {
    return {{"kind", "internal"}, {"message", error.what()}};
  }
}

void rethrow(const Json& error) {
  const std::string kind = error.value("kind", "internal");
  const std::string message = error.value("message", "no message");
  if (kind == "unsupported_model") throw model::UnsupportedModel(message);
  if (kind == "invalid_model") throw model::InvalidModel(message);
  if (kind == "device_error") throw devices::DeviceError(message);
  if (kind == "config_error") throw ConfigError(message);
  throw WorkerError(message);
}

}  // namespace paretune::harness::messages
