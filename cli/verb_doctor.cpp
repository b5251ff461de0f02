// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/verbs.h"
#include "harness/describe.h"
#include "harness/doctor.h"
#include "harness/study.h"

namespace paretune::cli {
namespace {

using harness::Finding;
using nlohmann::json;

constexpr int kBlocks = 12, kPairs = 40;

struct Options {
  std::string study;
  bool json = false, quick = false;
};

/// Everything the doctor found out.
struct Report {
  results::MachineRecord machine;
  harness::MachineState state;
  std::vector<harness::KindReport> kinds;
  std::optional<harness::NoiseFloor> noise;
  std::vector<Finding> findings;
};

void add(std::vector<Finding>& all, std::vector<Finding> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// What a study asks for that is not here.
std::vector<Finding> judge_study(const std::string& file,
                                 const std::vector<harness::KindReport>& kinds) {
  const harness::Study study = harness::load_study(file);
  std::vector<Finding> findings;
  const auto missing = [&](const std::string& what, const std::string& path) {
    findings.push_back(
        {Finding::Level::problem, "study", fmt::format("{} '{}' is not there", what, path), ""});
  };
  for (const std::string& id : study.devices) {
    const bool here = std::any_of(kinds.begin(), kinds.end(), [&](const auto& kind) {
      return std::any_of(kind.devices.begin(), kind.devices.end(),
                         [&](const auto& device) { return device.id == id; });
    });
    if (!here) missing("device", id);
  }
  if (!std::filesystem::exists(study.model_file)) missing("model file", study.model_file.string());
  for (const auto& [name, source] : study.sources) {
    for (const auto& path : {source.images, source.labels, source.file}) {
      if (!path.empty() && !std::filesystem::exists(path)) missing("data file", path.string());
    }
  }
  return findings;
}

Report examine(const Options& options) {
  Report report;
  report.state = harness::read_machine_state();
  report.kinds = harness::examine_devices();
  std::vector<devices::DeviceInfo> devices;
  for (const auto& kind : report.kinds) {
    devices.insert(devices.end(), kind.devices.begin(), kind.devices.end());
  }
  report.machine = harness::machine_record(devices);
  add(report.findings, harness::judge_machine(report.state));
  add(report.findings, harness::judge_devices(report.kinds, harness::has_nvidia_card()));
  add(report.findings, harness::judge_kernel_cache(devices::BinaryCache::from_environment()));
  if (!options.study.empty()) add(report.findings, judge_study(options.study, report.kinds));
  if (!options.quick) {
    runtime::DeviceSet opened;
    report.noise = harness::measure_noise(opened, kBlocks, kPairs);
    add(report.findings, harness::judge_noise(*report.noise));
  }
  return report;
}

template <typename T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json state_json(const harness::MachineState& state) {
  return {{"kernel", state.kernel},
          {"cpus", state.cpus},
          {"cpu_quota", or_null(state.cpu_quota)},
          {"governor", or_null(state.governor)},
          {"turbo", or_null(state.turbo)},
          {"mhz_now", or_null(state.mhz_now)},
          {"mhz_max", or_null(state.mhz_max)},
          {"load", state.load},
          {"steal", state.steal},
          {"memory_bytes", state.memory_bytes},
          {"memory_available", state.memory_available},
          {"virtual_machine", state.virtual_machine},
          {"throttles", or_null(state.throttles)}};
}

json to_json(const Report& report) {
  json devices = json::array();
  for (const auto& kind : report.kinds) {
    for (const auto& info : kind.devices) {
      devices.push_back({{"id", info.id},
                         {"kind", info.kind},
                         {"name", info.name},
                         {"driver", info.driver},
                         {"compute_units", info.compute_units},
                         {"memory_bytes", info.memory_bytes},
                         {"features", info.features},
                         {"usable", kind.reason.empty()}});
    }
  }
  json findings = json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back({{"level", to_text(finding.level)},
                        {"area", finding.area},
                        {"text", finding.text},
                        {"remedy", finding.remedy}});
  }
  json noise;
  if (report.noise) {
    noise = {{"blocks", report.noise->blocks},
             {"pairs", report.noise->pairs},
             {"run_us", report.noise->run_us},
             {"cv", report.noise->cv},
             {"floor_paired", report.noise->floor_paired},
             {"floor_apart", report.noise->floor_apart}};
  }
  return {{"machine",
           {{"cpu", report.machine.cpu},
            {"isa", report.machine.isa},
            {"os", report.machine.os},
            {"compiler", report.machine.compiler},
            {"fingerprint", report.machine.fingerprint}}},
          {"state", state_json(report.state)},
          {"devices", std::move(devices)},
          {"noise", std::move(noise)},
          {"findings", std::move(findings)}};
}

void print_state(const Report& report) {
  const auto& state = report.state;
  const double gib = 1 << 30;
  fmt::print("machine  {}\n         {} processors, {:.1f} GiB ({:.1f} free), {}, {}{}\n",
             report.machine.cpu, state.cpus, static_cast<double>(state.memory_bytes) / gib,
             static_cast<double>(state.memory_available) / gib, report.machine.os, state.kernel,
             state.virtual_machine ? ", virtual machine" : "");
  fmt::print("isa      {}\n", report.machine.isa.empty() ? "baseline" : report.machine.isa);
  std::string clock = "governor " + state.governor.value_or("not told");
  clock += state.turbo ? (*state.turbo ? ", turbo on" : ", turbo off") : ", turbo not told";
  if (state.mhz_now) clock += fmt::format(", {:.0f} MHz now", *state.mhz_now);
  if (state.mhz_max) clock += fmt::format(" of {:.0f}", *state.mhz_max);
  fmt::print("clock    {}\n", clock);
  fmt::print("load     {:.2f} on {:.3g} processors, steal {:.2f} %\n", state.load,
             state.cpu_quota.value_or(state.cpus), 100 * state.steal);
}

void print_devices(const std::vector<harness::KindReport>& kinds) {
  const char* title = "devices";
  for (const auto& kind : kinds) {
    for (const auto& info : kind.devices) {
      fmt::print("{:<8} {:<10} {} · {} units · {}{}\n", title, info.id, info.name,
                 info.compute_units, info.driver, kind.reason.empty() ? "" : " · NOT USABLE");
      title = "";
    }
    if (kind.devices.empty()) {
      fmt::print("{:<8} {:<10} none\n", title, kind.kind);
      title = "";
    }
  }
}

void print(const Report& report) {
  print_state(report);
  print_devices(report.kinds);
  if (report.noise) {
    fmt::print(
        "noise    the same code against itself: within {:.2f} % in pairs, {:.1f} % seconds apart "
        "({:.0f} us a run, CV {:.1f} %)\n",
        100 * report.noise->floor_paired, 100 * report.noise->floor_apart, report.noise->run_us,
        100 * report.noise->cv);
  }
  if (report.findings.empty()) fmt::print("\nNothing stands in the way of measuring here.\n");
  if (!report.findings.empty()) fmt::print("\n");
  const bool colour = colour_wanted();
  for (const Finding& finding : report.findings) {
    const bool bad = finding.level != Finding::Level::note;
    fmt::print("{}{:<8}{} {}: {}\n", colour && bad ? "\033[33m" : "", to_text(finding.level),
               colour && bad ? "\033[0m" : "", finding.area, finding.text);
    if (!finding.remedy.empty()) fmt::print("         $ {}\n", finding.remedy);
  }
}

int doctor(const Options& options) {
  const Report report = examine(options);
  if (options.json) {
    fmt::print("{}\n", to_json(report).dump(2));
  } else {
    print(report);
  }
  const bool broken =
      std::any_of(report.findings.begin(), report.findings.end(),
                  [](const Finding& finding) { return finding.level == Finding::Level::problem; });
  return broken ? kEnvironment : kOk;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand(
      "doctor", "say what this machine has, what is missing and how well it can be measured");
  verb->footer(
      "Exit code 3 when something that is there, or that the study asks for, cannot be "
      "used.\nExample: paretune doctor --study study.yaml");
  const auto options = std::make_shared<Options>();
  verb->add_option("--study", options->study, "check the devices and files of this study, too");
  verb->add_flag("--quick", options->quick, "do not measure the noise floor");
  verb->add_flag("--json", options->json, "as JSON");
  verb->callback([&action, options] { action = [options] { return doctor(*options); }; });
}

}  // namespace paretune::cli
