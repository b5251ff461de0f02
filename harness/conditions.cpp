// SPDX-License-Identifier: Apache-2.0
#include "harness/conditions.h"

#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/machine_control.h"

namespace paretune::harness {
namespace {

using Json = nlohmann::json;
using results::Metric;

constexpr const char* kNoClock = "neither cpufreq nor proc/cpuinfo tells the clock";
constexpr const char* kNoTemperature = "no thermal zone and no CPU sensor is readable";
constexpr const char* kNoThrottles = "neither thermal_throttle nor a control group's cpu.stat";
constexpr const char* kNoGovernor = "no cpufreq";
constexpr const char* kNoTurbo = "neither intel_pstate nor cpufreq/boost";

/// Before and after as an interval around the later value.
void add(std::vector<Metric>& metrics, Json& unreadable, const char* name,
         std::optional<double> before, std::optional<double> after, const char* why_not) {
  if (!before || !after) {
    unreadable[name] = why_not;
    return;
  }
  metrics.push_back({name, *after, std::min(*before, *after), std::max(*before, *after), 2});
}

void add_exact(std::vector<Metric>& metrics, const char* name, double value, std::int64_t n) {
  metrics.push_back({name, value, value, value, n});
}

void add_pressure(const Pressure& before, const Pressure& after, std::vector<Metric>& metrics,
                  Json& unreadable) {
  if (before.throttles && after.throttles) {
    add_exact(metrics, "throttles", static_cast<double>(*after.throttles - *before.throttles), 1);
  } else {
    unreadable["throttles"] = kNoThrottles;
  }
  if (!before.steal_ticks || !after.steal_ticks) {
    unreadable["steal"] = "no proc/stat";
    return;
  }
  const std::int64_t ticks = *after.ticks - *before.ticks;
  const std::int64_t stolen = *after.steal_ticks - *before.steal_ticks;
  const double share = ticks > 0 ? static_cast<double>(stolen) / static_cast<double>(ticks) : 0;
  add_exact(metrics, "steal", share, ticks);
}

Json setting_of(const Circumstances& circumstances, bool pinned) {
  Json json = {{"scenario", circumstances.scenario},
               {"cache", circumstances.cache},
               {"co_tenants", circumstances.co_tenants},
               {"pinned", pinned}};
  if (circumstances.scenario == "server") {
    json["rate"] = circumstances.rate;
    json["bound_ms"] = circumstances.bound_ms;
  }
  return json;
}

}  // namespace

std::string affinity_text() {
  const std::vector<int> allowed = allowed_processors();
  std::string text;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    const int first = allowed[i];
    while (i + 1 < allowed.size() && allowed[i + 1] == allowed[i] + 1) ++i;
    text += (text.empty() ? "" : ",") + std::to_string(first);
    if (allowed[i] > first) text += "-" + std::to_string(allowed[i]);
  }
  return text;
}

Circumstances circumstances_of(const Study& study) {
  return {study.cache, study.scenario, study.rate, study.bound_ms, study.co_tenants, study.pin};
}

Conditions::Conditions(std::filesystem::path root)
    : root_(std::move(root)),
      before_(read_pulse(root_)),
      reader_(root_),
      pressure_before_(reader_.read()) {}

void Conditions::describe(const Circumstances& circumstances, bool pinned,
                          const PairedSamples& samples, results::Measurement& measurement) const {
  const Pulse after = read_pulse(root_);
  const ClockPolicy policy = read_clock_policy(root_);
  auto& metrics = measurement.metrics;
  Json unreadable = Json::object();
  add_exact(metrics, "context_switches", static_cast<double>(samples.involuntary),
            static_cast<std::int64_t>(samples.wall_a.size()));
  add(metrics, unreadable, "mhz", before_.mhz, after.mhz, kNoClock);
  add(metrics, unreadable, "temperature_c", before_.temperature_c, after.temperature_c,
      kNoTemperature);
  add(metrics, unreadable, "load", before_.load, after.load, "no proc/loadavg");
  add_pressure(pressure_before_, reader_.read(), metrics, unreadable);
  Json json = setting_of(circumstances, pinned);
  json["affinity"] = affinity_text();
  json["priority"] = getpriority(PRIO_PROCESS, 0);
  json["voluntary_switches"] = samples.voluntary;
  json["migrations"] =
      std::count_if(samples.marks_a.begin(), samples.marks_a.end(),
                    [](std::int64_t mark) { return (mark & results::Disturbance::migrated) != 0; });
  json["timer_ns"] = timer_overhead_ns();
  if (policy.governor) json["governor"] = *policy.governor;
  if (!policy.governor) unreadable["governor"] = kNoGovernor;
  if (policy.turbo) json["turbo"] = *policy.turbo;
  if (!policy.turbo) unreadable["turbo"] = kNoTurbo;
  if (!unreadable.empty()) json["unreadable"] = std::move(unreadable);
  measurement.marks = samples.marks_a;
  measurement.conditions = json.dump();
}

}  // namespace paretune::harness
