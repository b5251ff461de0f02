// SPDX-License-Identifier: Apache-2.0
#include "harness/describe.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "devices/errors.h"
#include "kernels/kernel.h"
#include "kernels/reference/reference.h"
#include "model/errors.h"
#include "model/quant/scheme.h"
#include "runtime/plan.h"
#include "runtime/session.h"

namespace paretune::harness {
namespace {

std::vector<devices::DeviceInfo> study_devices(const Study& study) {
  const auto here = devices::discover();
  std::vector<devices::DeviceInfo> wanted;
  for (const std::string& id : study.devices) {
    const auto found =
        std::find_if(here.begin(), here.end(), [&](const auto& d) { return d.id == id; });
    if (found == here.end()) {
      std::vector<std::string> ids;
      ids.reserve(here.size());
      for (const auto& device : here) ids.push_back(device.id);
      throw devices::DeviceError(fmt::format("{}: device '{}' is not there; this machine has: {}",
                                             study.file.string(), id, fmt::join(ids, ", ")));
    }
    wanted.push_back(*found);
  }
  return wanted;
}

/// The space without thread counts the study does not ask for.
search::Space limit_threads(const search::Space& space, const std::vector<int>& threads) {
  search::Space limited;
  for (search::Parameter parameter : space.parameters()) {
    if (parameter.name == "threads") {
      std::erase_if(parameter.values, [&](std::int64_t value) {
        return std::find(threads.begin(), threads.end(), value) == threads.end();
      });
      if (parameter.values.empty()) parameter.values = {1};
    }
    limited.add(std::move(parameter));
  }
  for (const search::Constraint& constraint : space.constraints()) limited.add(constraint);
  return limited;
}

class Describer {
 public:
  Describer(const Study& study, const runtime::LoadedModel& model) : study_(study), model_(model) {}

  Description run() {
    out_.model_hash = model_.hash;
    out_.model_name = model_.name;
    out_.devices = study_devices(study_);
    out_.machine = machine_record(out_.devices);
    for (const model::Layer& layer : model_.layers) add_layer(layer);
    add_convert_tasks();
    for (const std::string& scheme : study_.schemes) note_unavailable(scheme);
    return std::move(out_);
  }

 private:
  void add_layer(const model::Layer& layer) {
    LayerInfo info;
    info.id = layer.id;
    info.family = layer.family;
    info.quantizable = layer.quantizable();
    if (!layer.weight.empty()) {
      info.weight_bytes =
          static_cast<std::int64_t>(model_.graph.initializers.at(layer.weight).bytes().size());
    }
    const std::vector<std::string> fp32 = {"fp32"};
    for (const std::string& scheme : layer.quantizable() ? study_.schemes : fp32) {
      add_choices(layer, scheme, info);
    }
    out_.layers.push_back(std::move(info));
  }

  void add_choices(const model::Layer& layer, const std::string& scheme, LayerInfo& info) {
    const bool has_kernels = layer.family != "view" && !layer.on_host();
    if (has_kernels) {
      const model::Workload workload = runtime::tuning_workload(model_, layer, scheme);
      info.workloads[scheme] = workload.key();
      info.flops = workload.flops();
    }
    for (const devices::DeviceInfo& device : out_.devices) {
      model::LayerChoice choice;
      try {
        choice = runtime::default_choice(model_, layer, scheme, device);
      } catch (const model::UnsupportedModel&) {
        continue;  // this device cannot: `defaults` says so by not having the entry
      }
      out_.defaults[fmt::format("{}|{}|{}", scheme, device.id, layer.id)] = choice;
      if (has_kernels) add_tasks(info.workloads.at(scheme), scheme, device);
    }
  }

  void add_tasks(const std::string& key, const std::string& scheme,
                 const devices::DeviceInfo& device) {
    const model::Workload workload = model::Workload::parse(key);
    for (const kernels::Kernel* kernel : kernels::kernels_for(workload, device)) {
      if (kernel->name() == kernels::kReferenceKernel) continue;
      const auto known =
          std::find_if(out_.tasks.begin(), out_.tasks.end(), [&](const KernelTask& task) {
            return task.workload == key && task.device == device.id &&
                   task.kernel == kernel->name();
          });
      if (known != out_.tasks.end()) {
        if (std::find(known->schemes.begin(), known->schemes.end(), scheme) ==
            known->schemes.end()) {
          known->schemes.push_back(scheme);
        }
        continue;
      }
      KernelTask task;
      task.workload = key;
      task.device = device.id;
      task.kernel = kernel->name();
      task.version = kernel->version();
      task.schemes = {scheme};
      task.space = limit_threads(*kernel->space(workload, device), study_.threads);
      task.default_knobs = kernel->default_knobs(workload, device);
      out_.tasks.push_back(std::move(task));
    }
  }

  /// Converts every edge may need: quantize and dequantize on each device, transfers between cpu
  /// and the others.
  void add_convert_tasks() {
    std::set<std::pair<model::Shape, std::string>> forms;  // with the layout it is read in
    for (const model::Layer& layer : model_.layers) {
      const std::string layout = layer.family == "gemm" ? "nchw" : "nhwc";
      for (const std::string& input : layer.inputs) {
        const model::ValueInfo& info = model_.graph.values.at(input);
        if (info.type != model::ElementType::f32) continue;
        forms.insert({info.shape, runtime::layout_for(info.shape, layout)});
      }
    }
    using model::ElementType;
    for (const auto& form : forms) {
      const model::Shape& shape = form.first;
      const std::string& layout = form.second;
      for (const devices::DeviceInfo& device : out_.devices) {
        const auto here = [&](ElementType type) { return model::Port{device.id, type, layout}; };
        add_convert(shape, device, here(ElementType::f32), here(ElementType::u8));
        add_convert(shape, device, here(ElementType::u8), here(ElementType::f32));
        if (device.id == "cpu") continue;
        for (const auto type : {ElementType::f32, ElementType::u8}) {
          add_convert(shape, device, {"cpu", type, layout}, here(type));
          add_convert(shape, device, here(type), {"cpu", type, layout});
        }
      }
    }
  }

  void add_convert(const model::Shape& shape, const devices::DeviceInfo& device,
                   const model::Port& from, const model::Port& to) {
    const model::Workload workload = runtime::convert_workload(shape, from, to);
    const auto able = kernels::kernels_for(workload, device);
    if (able.empty()) return;
    KernelTask task;
    task.workload = workload.key();
    task.device = device.id;
    task.kernel = able.front()->name();
    task.version = able.front()->version();
    task.default_knobs = able.front()->default_knobs(workload, device);
    out_.tasks.push_back(std::move(task));
  }

  void note_unavailable(const std::string& scheme) {
    const bool any =
        std::any_of(out_.defaults.begin(), out_.defaults.end(),
                    [&](const auto& entry) { return entry.first.starts_with(scheme + "|"); });
    if (!any) {
      out_.unavailable[scheme] =
          fmt::format("no kernel of this machine's devices computes in {}", scheme);
    }
  }

  const Study& study_;
  const runtime::LoadedModel& model_;
  Description out_;
};

std::string os_name() {
  std::ifstream release("/etc/os-release");
  std::string line;
  while (std::getline(release, line)) {
    constexpr std::string_view key = "PRETTY_NAME=\"";
    if (line.starts_with(key)) return line.substr(key.size(), line.size() - key.size() - 1);
  }
  return "unknown";
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace

Description describe_model(const Study& study, const runtime::LoadedModel& model) {
  return Describer(study, model).run();
}

results::MachineRecord machine_record(const std::vector<devices::DeviceInfo>& infos) {
  results::MachineRecord machine;
  machine.hostname = host_name();
  machine.os = os_name();
  machine.compiler = fmt::format("g++ {}", __VERSION__);
  nlohmann::json list = nlohmann::json::array();
  std::string identity = machine.os + machine.compiler;
  for (const devices::DeviceInfo& info : infos) {
    if (info.kind == "cpu") {
      machine.cpu = info.name;
      machine.isa = fmt::format("{}", fmt::join(info.features, " "));
    }
    list.push_back({{"id", info.id},
                    {"kind", info.kind},
                    {"name", info.name},
                    {"driver", info.driver},
                    {"compute_units", info.compute_units},
                    {"memory_bytes", info.memory_bytes}});
    identity += "\n" + info.fingerprint();
  }
  machine.devices_json = list.dump();
  machine.fingerprint = model::sha256(identity);
  return machine;
}

}  // namespace paretune::harness
