// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/bounds.h"
#include "harness/layer_rules.h"

namespace paretune::harness {

/// What integers become that feed a float input: (x*scale - mean) / std.
struct Preprocess {
  double scale = 1, mean = 0, std = 1;
};

/// Where labelled samples come from.
struct SourceConfig {
  std::string format;                            ///< "idx" (optionally gzip) or "npz"
  std::filesystem::path images, labels;          ///< idx
  std::filesystem::path file;                    ///< npz
  std::map<std::string, std::string> inputs;     ///< npz: graph input name -> array name
  std::string label;                             ///< npz: array name
  std::map<std::string, double> constants;       ///< graph input name -> value of all its elements
  std::map<std::string, Preprocess> preprocess;  ///< by graph input name, instead of the study's
};

/// Part of a source. `take` > 0: the first `take` samples in the order of their index's hash;
/// otherwise samples whose hash falls into [from, to) of [0, 1).
struct SplitConfig {
  std::string source;
  std::int64_t take = 0;
  double from = 0, to = 1;
};

/// A study: model + data + space + objectives + constraints (configs/study.schema.json).
struct Study {
  std::string name;
  std::filesystem::path file;  ///< where it was read from
  std::filesystem::path model_file;
  std::map<std::string, std::int64_t> dims;
  std::map<std::string, SourceConfig> sources;
  Preprocess preprocess;
  std::map<std::string, SplitConfig> splits;  ///< "calibrate", "select", "report"
  std::string metric = "top1";                ///< or "mean_threshold" (harness/accuracy.h)
  std::string metric_output;                  ///< graph output it scores; "": the first
  double metric_threshold = 0.5;              ///< of mean_threshold
  std::vector<std::string> devices;
  std::vector<std::string> schemes;
  int kernel_trials = 8;
  std::map<std::string, int> kernel_trials_by_device;  ///< instead of kernel_trials
  std::string kernel_strategy = "random";
  std::string strategy = "evolutionary";
  int candidates = 24;
  std::uint64_t seed = 1;
  std::vector<std::string> objectives;
  std::vector<Bound> constraints;  ///< what a candidate must keep to be chosen
  std::vector<LayerRule> layers;   ///< narrower choices for some layers
  std::vector<int> threads = {1};
  int min_samples = 30, max_samples = 200;
  double measure_seconds = 0.3;
  std::string cache = "warm";              ///< or "cold": data caches flushed before each run
  std::string scenario = "single_stream";  ///< or "offline", "server" (harness/scenarios.h)
  double rate = 0;                         ///< server: queries per second
  double bound_ms = 0;  ///< server: a query that takes longer is late; 0: none is
  int co_tenants = 0;   ///< processes that load the machine meanwhile (harness/co_tenants.h)
  bool pin = false;     ///< each timing thread on a physical core of its own
  double build_seconds = 60, run_seconds = 60;
  std::int64_t memory_limit_mib = 4096;
  int canary_every = 20;       ///< evaluations between two runs of the canary; 0: it never runs
  int compile_processes = -1;  ///< that compile ahead of measuring; -1: half the cores
  int finalists = 4;
  /// Pairs per finalist: a block's first look takes `pairs`; while it is open, up to `max_pairs`.
  int pairs = 60, max_pairs = 480;
  int restarts = 3;            ///< worker processes per block, at least
  double later_seconds = 120;  ///< between a finalist's first block and its second
  double margin = 0.01;
  double error_rate = 0.01;         ///< chance per session that any win is false
  double max_accuracy_drop = 0.01;  ///< export: against the baseline's accuracy on the select split

  /// Settings tried per workload and kernel on that device, beside the default one.
  int trials_on(const std::string& device) const;
  /// compile_processes, resolved; 0 when no device of the study compiles kernels.
  int compile_helpers() const;

  /// Effective configuration (defaults filled in) as canonical JSON; paths absolute.
  std::string json() const;
  /// Throws ConfigError when the text is not what json() wrote.
  static Study from_json(const std::string& text);
  /// SHA-256 of json() with paths replaced by the hashes of the files' contents where they are
  /// small (model); part of what makes two runs the same study.
  std::string hash(const std::string& model_hash) const;
};

/// Reads YAML, validates against the schema; relative paths are resolved against the file's folder.
/// Throws ConfigError "configs/x.yaml:12: unknown key 'modle' in ...: did you mean 'model'?".
Study load_study(const std::filesystem::path& file);

}  // namespace paretune::harness
