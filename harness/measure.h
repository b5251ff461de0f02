// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "harness/conditions.h"
#include "harness/timing.h"
#include "results/records.h"
#include "runtime/device_set.h"

namespace paretune::harness {

/// What is measured.
struct Measured {
  std::function<void()> run;
  std::function<void()> incumbent;  ///< timed interleaved with it; may be empty
  int threads = 1;                  ///< the most either uses
  int batch = 1;                    ///< samples per run
  bool scenario = true;             ///< false: single runs only, whatever the circumstances say
  double most_seconds = 30;         ///< for the scenario's part
};

/// Times single runs under the circumstances, with co-tenants, pinned threads and cold caches where
/// they say so; then, while the co-tenants still run, the scenario and the energy (0.3 s each,
/// server as long as its queries come). Appends raw samples, marks, conditions and the metrics that
/// do not follow from the samples to `measurement`.
void measure(const Measured& measured, const Circumstances& circumstances, const TimingPlan& plan,
             runtime::DeviceSet& devices, results::Measurement& measurement);

/// What a TimingPlan does before each run: empty for warm caches, else flushes those of all open
/// devices.
std::function<void()> flush_before(const Circumstances& circumstances, runtime::DeviceSet& devices);

}  // namespace paretune::harness
