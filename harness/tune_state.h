// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/canary.h"
#include "harness/quarantine.h"
#include "harness/tune.h"
#include "harness/tune_points.h"

namespace paretune::harness {

/// What came of a configuration, now or in an earlier session.
struct Screened {
  std::int64_t candidate_id = 0;
  results::Outcome outcome = results::Outcome::ok;
  std::map<std::string, results::Metric> metrics;
  std::int64_t evaluation_id = 0;  ///< 0 when an earlier session measured it
};

/// The canaries of one tune() (tune_canary.cpp).
struct CanaryState {
  CanaryWatch watch;
  std::set<std::string> without;  ///< devices whose kernels know no canary
  bool started = false;
  int since = 0;    ///< requests since the last check
  int careful = 0;  ///< so many requests more are checked one by one
  int alarms = 0;
  bool again = false;  ///< results were taken back: the phases begin anew, and find the others
  /// Newest rows of this session, now and when all canaries were good last.
  std::int64_t last_evaluation = 0, last_kernel = 0;
  std::int64_t good_evaluation = 0, good_kernel = 0;
};

/// What the phases of one tune() share.
struct TuneState {
  const Study& study;
  Evaluator& evaluator;
  results::Store& store;
  const TuneOptions& options;

  Description description = {};
  TuneSummary summary = {};
  /// First session of this run of the study: with --resume, of the sessions it continues.
  std::int64_t first_session = 0;
  bool reuse = false;     ///< evaluations already recorded count (--resume)
  bool finished = false;  ///< the session was done before: only looked at again
  model::Candidate baseline = {};
  std::map<std::string, results::CandidateRow> recorded = {};  ///< by point, when the session began
  std::map<std::string, results::Metric> known_accuracy =
      {};  ///< select split, by numerics signature
  Progress progress = {};
  std::map<std::string, Screened> screened = {};  ///< by point, in this very run
  std::map<std::string, std::string> lost = {};   ///< devices used no more, and why
  CanaryState canary = {};

  bool user_stopped() const { return options.stop != nullptr && options.stop->load(); }
  /// Phases end early: the user said so, or they are to begin anew.
  bool stopped() const { return canary.again || user_stopped(); }
  void enter(const std::string& phase, std::int64_t planned);
  /// One thing ended: counts it and tells whoever watches.
  void step(bool failed, const std::string& last);
};

/// Runs the canary of every device of the study, unless nothing was measured since it last ran. A
/// bad one takes back what was measured since the last good ones (CanaryState::again).
void check_canaries(TuneState& state);
/// To be called when the result of a kernel or evaluate request is recorded: runs the canaries when
/// it failed and every so many requests. Not empty: the request ended well but left its device in a
/// bad state, and this is how it showed.
std::string after_request(TuneState& state, results::Outcome outcome);
/// `skipped` when one of the devices is used no more.
std::optional<results::Failure> lost_device(const TuneState& state,
                                            const std::vector<std::string>& devices);

/// The fastest of a workload's verified settings, but the default one (when it is among them)
/// unless the 95 % intervals show the fastest to be faster: noise is no reason to leave a default.
/// nullptr when there are none.
const results::KernelRecord* pick_setting(const std::vector<results::KernelRecord>& settings,
                                          const std::string& default_kernel,
                                          const std::string& default_knobs);
/// The setting pick_setting() takes for the layer, or the default when none was measured; nullopt
/// when the device has no kernel for it.
std::optional<model::LayerChoice> resolve(const TuneState& state, const LayerInfo& layer,
                                          const Pick& pick, bool tuned);
/// Median of the setting resolve() takes, in nanoseconds; nullopt when none was measured.
std::optional<double> kernel_time(const TuneState& state, const LayerInfo& layer, const Pick& pick);
/// Kernels filled in. A layer the device cannot run gives the Failure `unsupported`.
std::variant<model::Candidate, results::Failure> realise(const TuneState& state,
                                                         const Configuration& configuration);

/// Evaluates and records a configuration, unless that was done already.
Screened screen(TuneState& state, const Configuration& configuration);
/// Adds the latency metrics that follow from the raw samples (results/fields.h).
void add_latency_metrics(results::Measurement& measurement);

/// Configurations made of each layer's measured kernel times: the fastest scheme and device of each
/// layer, overall and within each device; the smallest weights; and, between uniform fp32 and the
/// fastest, those where only the layers that gain most change. None that points.seeds() has.
std::vector<Configuration> measured_seeds(const TuneState& state, const ModelPoints& points);

/// Kernel level: default setting and trials of every task the store does not hold yet.
void tune_kernels(TuneState& state);
/// Fresh paired measurements of the finalists against the baseline, and of the baseline against
/// itself, in rounds of fresh processes (harness/comparison.h); scored on the report split.
void confirm(TuneState& state);
/// Candidate ids of the finalists among the screened rows (the baseline not among them), in order.
std::vector<std::int64_t> choose_finalists(const TuneState& state);

}  // namespace paretune::harness
