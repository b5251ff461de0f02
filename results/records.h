// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/candidate.h"

namespace paretune::results {

/// How an evaluation ended: exactly one of these.
enum class Outcome {
  ok,
  wrong,
  compile_fail,
  crash,
  hang,
  host_oom,
  device_oom,
  poisoned,
  unsupported,
  skipped
};
std::string_view to_text(Outcome outcome);
/// Throws std::invalid_argument.
Outcome outcome_from_text(std::string_view text);

/// Why an attempt gave no measurement.
struct Failure {
  Outcome outcome = Outcome::crash;
  std::string stage;   ///< "build", "verify", "latency", "accuracy", "describe"
  std::string reason;  ///< one sentence
  int signal = 0;      ///< for crash
};

/// A named number with its 95 % interval. Names and units: results/fields.h.
struct Metric {
  std::string name;  ///< "latency_p50_ms"
  double value = 0;
  double lo = 0, hi = 0;  ///< equal to value when exact
  std::int64_t n = 0;     ///< samples behind it
};

/// Why a sample may say more about the machine than about the candidate.
enum Disturbance : std::int64_t {
  preempted = 1,  ///< involuntary context switches during the run
  stolen = 2,     ///< the hypervisor ran somebody else
  throttled = 4,  ///< thermal throttle events, or the control group's quota was used up
  migrated = 8    ///< the timing thread changed processors
};

/// What a successful attempt measured.
struct Measurement {
  std::vector<Metric> metrics;
  std::vector<std::int64_t> wall_ns;  ///< raw samples, in order of measuring
  std::vector<std::int64_t> cpu_ns;   ///< process CPU time of the same runs
  /// The incumbent's runs interleaved with them; may be empty.
  std::vector<std::int64_t> incumbent_wall_ns, incumbent_cpu_ns;
  /// What disturbed each run of wall_ns: bits of Disturbance. Empty when nothing was watched. A
  /// disturbed sample is kept: leaving out what is slow would flatter.
  std::vector<std::int64_t> marks;
  /// Circumstances that are no numbers, as one JSON object: governor, affinity, scenario ...; ""
  /// when none were read. Numbers are metrics.
  std::string conditions;
  std::string numerics;  ///< numerics signature (seam D); "" at kernel level
  const Metric* find(std::string_view name) const;
};

struct MachineRecord {
  std::string fingerprint;  ///< hash of everything below
  std::string hostname;
  std::string cpu;
  std::string isa;  ///< enabled features, space separated
  std::string os;
  std::string compiler;      ///< compiler and library versions
  std::string devices_json;  ///< list of {id, kind, name, driver, ...}
};

struct ModelRecord {
  std::string hash;  ///< SHA-256 of the file
  std::string path;
  std::string name;
  std::string layers_json;  ///< [{id, family, workload, quantizable}], for the GUI's inspector
};

struct StudyRecord {
  std::string name;
  std::string hash;         ///< SHA-256 of the effective configuration and the model hash
  std::string config_json;  ///< effective configuration
  std::int64_t model_id = 0;
};

/// One attempt to measure a candidate.
struct EvaluationRecord {
  std::int64_t session_id = 0;
  std::int64_t candidate_id = 0;
  int attempt = 1;
  int block = 0;    ///< 0 screening; from 1: blocks of the confirmation, minutes apart
  int restart = 0;  ///< of the confirmation: which of the block's worker processes, from 0
  std::optional<std::int64_t> paired_with;  ///< candidate id of the incumbent timed beside it
  Outcome outcome = Outcome::ok;
  Failure failure;          ///< when outcome != ok
  Measurement measurement;  ///< when outcome == ok
  double seconds = 0;       ///< what the attempt took
};

/// A verdict on two things by the paired protocol (docs/explanation/measurement.md).
struct ComparisonRecord {
  std::int64_t session_id = 0;
  std::int64_t candidate_id = 0;     ///< A
  std::int64_t against_id = 0;       ///< B, the incumbent; equal to candidate_id in an A/A pair
  std::string kind;                  ///< "finalist" or "aa" (hidden: the same candidate twice)
  std::string verdict;               ///< "win", "loss", "same", "inconclusive"
  double ratio = 1, lo = 0, hi = 0;  ///< A's median latency over B's; interval at `level`
  double level = 0.95;               ///< of confidence, corrected for finalists and looks
  double margin = 0.01;
  std::int64_t pairs = 0, restarts = 0, blocks = 0;
  std::int64_t more_pairs = 0;  ///< about so many would settle an inconclusive one; 0: unknown
  std::string reason;           ///< one sentence; "" when the numbers say all
};

/// One run of the canary: a workload of known output and time on one device.
struct CanaryRecord {
  std::int64_t session_id = 0;
  std::string device;
  Outcome outcome = Outcome::ok;
  std::string reason;      ///< when outcome != ok
  double p50_ns = 0;       ///< median of this run
  double expected_ns = 0;  ///< what the session's first good one took; 0 for the first itself
  bool good = true;        ///< right output, not slower than allowed
  std::int64_t after_evaluation = 0, after_kernel = 0;  ///< newest row ids when it ran; 0: none
};

/// Something that crashed twice on a device and is tried no more until released.
struct QuarantineRecord {
  std::string key;   ///< Hash of candidate (or kernel setting), device and driver
  std::string what;  ///< the point or "kernel knobs workload", for people
  std::string device, driver;
  std::int64_t crashes = 0;
  std::string reason;    ///< of the last one
  std::string recorded;  ///< ISO 8601 UTC; filled when read
};

/// One attempt to measure a kernel setting on a workload (layer or convert).
struct KernelRecord {
  std::string workload;  ///< Workload::key()
  std::string kernel;
  std::string version;  ///< Kernel::version()
  std::string device;   ///< "opencl:0"
  std::string knobs;    ///< to_text(Knobs)
  int threads = 1;
  std::string machine;  ///< machine fingerprint
  int protocol = 1;
  std::string cache_state = "warm";
  Outcome outcome = Outcome::ok;
  Failure failure;
  double p50_ns = 0, lo_ns = 0, hi_ns = 0;
  std::vector<std::int64_t> wall_ns;
  std::vector<std::int64_t> cpu_ns;
  double compile_seconds = 0;
  std::int64_t session_id = 0;

  /// The cache key: workload, kernel, version, device, knobs, threads, machine, protocol, cache
  /// state.
  std::string key() const;
};

/// Accuracy of a numerics signature on a split.
struct AccuracyRecord {
  std::string numerics;
  std::string split;  ///< "select", "report"
  std::string metric = "top1";
  double value = 0, lo = 0, hi = 0;  ///< Wilson 95 % interval
  std::int64_t n = 0;
  std::int64_t study_id = 0;
};

/// One candidate as views and GUIs show it. Each metric comes from the latest successful evaluation
/// that has it, confirmation before screening; outcome and failure from the latest attempt that was
/// not skipped.
struct CandidateRow {
  std::int64_t id = 0;
  std::int64_t study_id = 0;
  std::string hash;
  std::string point;   ///< the search point's text: what resume and comparisons go by
  std::string origin;  ///< "baseline", "seed", "search"
  model::Candidate candidate;
  Outcome outcome = Outcome::ok;
  Failure failure;
  std::map<std::string, Metric> metrics;  ///< by field name
  bool on_front = false;
  bool confirmed = false;                      ///< has a successful evaluation of block 1 or later
  std::optional<ComparisonRecord> comparison;  ///< the newest of kind "finalist"
  std::int64_t row_version = 0;  ///< evaluation id, ascending: live views read what is newer

  /// Distinct schemes / devices used, sorted.
  std::vector<std::string> schemes() const;
  std::vector<std::string> devices() const;
};

struct SessionRow {
  std::int64_t id = 0, study_id = 0;
  std::string study, model, state;  ///< state: "running", "done", "interrupted"
  std::string started, ended;       ///< ISO 8601 UTC
  std::int64_t planned = 0;
  std::int64_t done = 0;           ///< candidates tried in this session
  std::int64_t failed = 0;         ///< those of them that never succeeded in it
  std::int64_t kernel_trials = 0;  ///< kernel settings measured in it
};

}  // namespace paretune::results
