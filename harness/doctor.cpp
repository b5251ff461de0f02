// SPDX-License-Identifier: Apache-2.0
#include "harness/doctor.h"

#include <fmt/format.h>

#include <fstream>

#include "devices/errors.h"

namespace paretune::harness {
namespace {

using Level = Finding::Level;

constexpr double kBusyShare = 0.25;    ///< of the processors; more load disturbs timing
constexpr double kStealShare = 0.01;   ///< more was taken by other virtual machines
constexpr double kFreeShare = 0.1;     ///< of memory; below, the machine may swap
constexpr double kUsualMargin = 0.01;  ///< the default margin a win has to clear

std::string word_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return word;
}

void judge_clock(const MachineState& state, std::vector<Finding>& findings) {
  if (state.governor && *state.governor != "performance") {
    findings.push_back(
        {Level::warning, "clock",
         fmt::format("the governor '{}' lets clocks drift while timing", *state.governor),
         "sudo cpupower frequency-set -g performance"});
  }
  if (state.turbo.value_or(false)) {
    findings.push_back({Level::note, "clock",
                        "turbo is on: the first seconds of a long run are faster than the rest",
                        "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"});
  }
  if (!state.governor) {
    findings.push_back({Level::note, "clock",
                        "the system does not tell its governor; clocks may change unseen", ""});
  }
  if (state.throttles.value_or(0) > 0) {
    findings.push_back({Level::warning, "clock",
                        fmt::format("the processor was throttled by heat {} times since it started",
                                    *state.throttles),
                        ""});
  }
}

void judge_share(const MachineState& state, std::vector<Finding>& findings) {
  const double cpus = state.cpu_quota.value_or(state.cpus);
  if (state.load > kBusyShare * cpus) {
    findings.push_back({Level::warning, "load",
                        fmt::format("{:.1f} processes want {} processors: others run beside "
                                    "what is measured",
                                    state.load, cpus),
                        "ps -eo pid,pcpu,comm --sort=-pcpu | head"});
  }
  if (state.steal > kStealShare) {
    findings.push_back({Level::warning, "load",
                        fmt::format("{:.1f} % of the processor time went to other virtual machines "
                                    "(steal)",
                                    100 * state.steal),
                        ""});
  }
  if (state.cpu_quota && *state.cpu_quota < state.cpus) {
    findings.push_back({Level::note, "load",
                        fmt::format("a control group allows {:.3g} of {} processors",
                                    *state.cpu_quota, state.cpus),
                        ""});
  }
  const auto total = static_cast<double>(state.memory_bytes);
  if (total > 0 && static_cast<double>(state.memory_available) < kFreeShare * total) {
    findings.push_back(
        {Level::warning, "memory",
         fmt::format("only {:.1f} of {:.1f} GiB are free",
                     static_cast<double>(state.memory_available) / (1 << 30), total / (1 << 30)),
         "ps -eo pid,rss,comm --sort=-rss | head"});
  }
}

}  // namespace

std::string to_text(Level level) {
  if (level == Level::note) return "note";
  return level == Level::warning ? "warning" : "problem";
}

std::vector<KindReport> examine_devices() {
  std::vector<KindReport> reports;
  for (const devices::DeviceKind& kind : devices::device_kinds()) {
    KindReport report{kind.kind, kind.discover(), ""};
    const std::string first = report.devices.empty() ? kind.kind + ":0" : report.devices.front().id;
    try {
      kind.open(first);
    } catch (const devices::DeviceError& error) {
      report.reason = error.what();
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<Finding> judge_machine(const MachineState& state) {
  std::vector<Finding> findings;
  judge_clock(state, findings);
  judge_share(state, findings);
  if (state.virtual_machine) {
    findings.push_back({Level::note, "machine",
                        "a virtual machine: neighbours on the same host show up as noise", ""});
  }
  return findings;
}

std::vector<Finding> judge_devices(const std::vector<KindReport>& kinds, bool nvidia_card) {
  std::vector<Finding> findings;
  for (const KindReport& report : kinds) {
    if (report.reason.empty()) continue;
    Finding finding{Level::note, report.kind, report.reason, ""};
    if (!report.devices.empty()) {
      finding.level = Level::problem;
    } else if (report.kind == "opencl") {
      finding.remedy = "sudo apt install pocl-opencl-icd";
    } else if (report.kind == "cuda" && nvidia_card) {
      finding.level = Level::problem;
      finding.remedy = "sudo apt install nvidia-driver";
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> judge_kernel_cache(const devices::BinaryCache& cache) {
  if (cache.refusal().empty()) return {};
  return {{Level::warning, "cache", cache.refusal(),
           "export PARETUNE_CACHE_DIR=\"$HOME/.cache/paretune-kernels\""}};
}

std::vector<Finding> judge_noise(const NoiseFloor& noise) {
  std::vector<Finding> findings;
  if (noise.floor_paired > kUsualMargin) {
    findings.push_back(
        {Level::warning, "noise",
         fmt::format("the same code differs from itself by up to {:.1f} % here: a win of 1 % takes "
                     "many more pairs than {}",
                     100 * noise.floor_paired, noise.pairs),
         ""});
  }
  if (noise.floor_apart > 5 * kUsualMargin) {
    findings.push_back(
        {Level::note, "noise",
         fmt::format("within seconds the same code drifts by {:.1f} %: compare only what was timed "
                     "in pairs",
                     100 * noise.floor_apart),
         ""});
  }
  return findings;
}

bool has_nvidia_card(const std::filesystem::path& root) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(root / "sys/bus/pci/devices", error)) {
    if (word_of(entry.path() / "vendor") == "0x10de" &&
        word_of(entry.path() / "class").starts_with("0x03")) {
      return true;
    }
  }
  return false;
}

}  // namespace paretune::harness
