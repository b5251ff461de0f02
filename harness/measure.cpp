// SPDX-License-Identifier: Apache-2.0
#include "harness/measure.h"

#include <nlohmann/json.hpp>

#include "harness/co_tenants.h"
#include "harness/energy.h"
#include "harness/machine_control.h"
#include "harness/scenarios.h"

namespace paretune::harness {
namespace {

constexpr double kScenarioSeconds = 0.3;

void add_scenario(const Measured& measured, const Circumstances& circumstances,
                  const TimingPlan& plan, results::Measurement& measurement) {
  LoadPlan load;
  load.scenario = circumstances.scenario;
  load.rate = circumstances.rate;
  load.bound_ms = circumstances.bound_ms;
  load.seconds = kScenarioSeconds;
  load.most_seconds = measured.most_seconds;
  load.seed = plan.seed;
  load.batch = measured.batch;
  ScenarioClock clock;
  for (auto& metric : run_scenario(measured.run, load, clock)) {
    measurement.metrics.push_back(std::move(metric));
  }
}

void add_energy_of(const Measured& measured, runtime::DeviceSet& devices,
                   results::Measurement& measurement) {
  std::vector<std::string> ids;
  for (const auto& [id, device] : devices.opened()) ids.push_back(id);
  const std::string why_not = add_energy(measured.run, ids, kScenarioSeconds, measurement.metrics);
  if (why_not.empty()) return;
  auto conditions = nlohmann::json::parse(measurement.conditions);
  conditions["unreadable"]["energy_mj"] = why_not;
  measurement.conditions = conditions.dump();
}

}  // namespace

std::function<void()> flush_before(const Circumstances& circumstances,
                                   runtime::DeviceSet& devices) {
  if (circumstances.cache != "cold") return {};
  return [&devices] {
    for (const auto& [id, device] : devices.opened()) device->flush_caches();
  };
}

void measure(const Measured& measured, const Circumstances& circumstances, const TimingPlan& plan,
             runtime::DeviceSet& devices, results::Measurement& measurement) {
  TimingPlan timing = plan;
  timing.before = flush_before(circumstances, devices);
  const CoTenants co_tenants(circumstances.co_tenants);
  const PinnedThreads pinned(circumstances.pin ? measured.threads : 0);
  const Conditions conditions;
  PairedSamples samples = time_interleaved(measured.run, measured.incumbent, timing);
  conditions.describe(circumstances, pinned.pinned(), samples, measurement);
  measurement.wall_ns = std::move(samples.wall_a);
  measurement.cpu_ns = std::move(samples.cpu_a);
  measurement.incumbent_wall_ns = std::move(samples.wall_b);
  measurement.incumbent_cpu_ns = std::move(samples.cpu_b);
  if (!measured.scenario) return;
  add_scenario(measured, circumstances, timing, measurement);
  add_energy_of(measured, devices, measurement);
}

}  // namespace paretune::harness
