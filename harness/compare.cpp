// SPDX-License-Identifier: Apache-2.0
#include "harness/compare.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "harness/candidate_pairs.h"
#include "harness/errors.h"
#include "harness/export.h"
#include "harness/side.h"
#include "harness/side_process.h"
#include "harness/verify.h"
#include "model/onnx/reader.h"
#include "results/store.h"

namespace paretune::harness {
namespace {

namespace fs = std::filesystem;
using Samples = std::vector<std::int64_t>;

constexpr double kNsPerMs = 1e6;

std::optional<std::int64_t> candidate_id(const std::string& text) {
  std::int64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || id <= 0) {
    return std::nullopt;
  }
  return id;
}

results::Interval median_ms(const Samples& samples) {
  if (samples.empty()) return {};
  const results::Interval ns = results::median_interval(samples);
  return {ns.value / kNsPerMs, ns.lo / kNsPerMs, ns.hi / kNsPerMs};
}

void append(Samples& to, const Samples& from) { to.insert(to.end(), from.begin(), from.end()); }

void summarise(CompareReport& report, const std::vector<results::PairCluster>& wall,
               const std::vector<results::PairCluster>& cpu) {
  Samples wall_a, wall_b, cpu_a, cpu_b;
  for (const auto& cluster : wall) {
    append(wall_a, cluster.a);
    append(wall_b, cluster.b);
  }
  for (const auto& cluster : cpu) {
    append(cpu_a, cluster.a);
    append(cpu_b, cluster.b);
  }
  report.a.wall_ms = median_ms(wall_a);
  report.b.wall_ms = median_ms(wall_b);
  report.a.cpu_ms = median_ms(cpu_a);
  report.b.cpu_ms = median_ms(cpu_b);
  if (report.b.cpu_ms.value > 0) report.cpu_ratio = report.a.cpu_ms.value / report.b.cpu_ms.value;
}

results::CandidateRow find_row(const results::Store& store, std::int64_t id,
                               const fs::path& database) {
  const auto row = store.find_candidate(id);
  if (!row) {
    throw ConfigError(fmt::format("there is no candidate {} in '{}'", id, database.string()));
  }
  return *row;
}

void compare_candidates(const CompareRequest& request, std::int64_t a, std::int64_t b,
                        const ComparisonHooks& hooks, CompareReport& report) {
  const results::Store store(request.database, results::Store::Mode::read_only);
  const auto row_a = find_row(store, a, request.database);
  const auto row_b = find_row(store, b, request.database);
  if (row_a.study_id != row_b.study_id) {
    throw ConfigError(fmt::format(
        "candidates {} and {} belong to different studies; export them and compare the packages", a,
        b));
  }
  const Study study = Study::from_json(store.config_json(row_a.study_id));
  Supervisor supervisor(study, {request.self.string(), "worker"});
  supervisor.set_parameters(supervisor.calibrate());
  CandidatePairs pairs(supervisor, row_a.candidate, row_b.candidate, false);
  std::vector<results::PairCluster> cpu;
  ComparisonHooks with_cpu = hooks;
  with_cpu.round_ended = [&](std::size_t contest, const Comparison& comparison) {
    const auto measured = pairs.end_round();
    cpu.push_back({measured.cpu_ns, measured.incumbent_cpu_ns});
    if (hooks.round_ended) hooks.round_ended(contest, comparison);
  };
  report.a.what = row_a.point;
  report.b.what = row_b.point;
  report.comparison = compare_all({{request.a, &pairs, false}}, request.plan, with_cpu).front();
  summarise(report, report.comparison.clusters, cpu);
}

/// A folder that is gone when this is.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "paretune_compare_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw ConfigError(
          fmt::format("no folder can be made in '{}'", fs::temp_directory_path().string()));
    }
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<model::Tensor> read_outputs(const fs::path& folder) {
  std::vector<model::Tensor> outputs;
  for (;;) {
    const fs::path file = folder / fmt::format("output_{}.pb", outputs.size());
    if (!fs::exists(file)) return outputs;
    outputs.push_back(model::read_tensor(file));
  }
}

double largest(const std::vector<model::Tensor>& tensors) {
  std::vector<model::Tensor> zeros;
  for (const model::Tensor& tensor : tensors) zeros.emplace_back(tensor.type(), tensor.shape());
  return max_error(zeros, tensors);
}

void compare_outputs_of(const fs::path& folder, CompareReport& report) {
  const auto a = read_outputs(folder / "a"), b = read_outputs(folder / "b");
  const bool alike = a.size() == b.size() &&
                     std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
                       return x.shape() == y.shape() && x.type() == y.type();
                     });
  if (!alike) {
    throw ConfigError(fmt::format("'{}' and '{}' have outputs of different number, type or shape",
                                  report.a.name, report.b.name));
  }
  report.largest_difference = max_error(b, a);
  const double scale = largest(b);
  if (!std::isfinite(report.largest_difference) || !std::isfinite(scale)) {
    throw ConfigError(
        fmt::format("outputs of '{}' or '{}' are not finite: nothing to compare the speed of",
                    report.a.name, report.b.name));
  }
  report.relative_difference = scale > 0 ? report.largest_difference / scale : 0;
}

void check_package(const SideTarget& target) {
  if (!target.is_package()) return;
  if (const std::string wrong = self_test(target.path); !wrong.empty()) {
    throw ConfigError(fmt::format("'{}' fails its self test: {}", target.path.string(), wrong));
  }
}

std::string describe(const SideIdentity& identity) {
  return fmt::format("{} {}, {}", identity.runtime, identity.version, identity.what);
}

void compare_sides(const CompareRequest& request, const ComparisonHooks& hooks,
                   CompareReport& report) {
  SideTarget a = parse_side(request.a), b = parse_side(request.b);
  for (SideTarget* target : {&a, &b}) {
    check_package(*target);
    target->threads = request.threads;
    target->inputs = request.inputs;
  }
  const ScratchFolder scratch;
  SidePairs pairs(a, b, request.self);
  try {
    pairs.settle_inputs(scratch.path());
  } catch (const SideFailure& failed) {
    throw ConfigError(failed.what());
  }
  report.a.what = describe(pairs.identity(true));
  report.b.what = describe(pairs.identity(false));
  compare_outputs_of(scratch.path(), report);
  report.comparison = compare_all({{request.a, &pairs, false}}, request.plan, hooks).front();
  summarise(report, report.comparison.clusters, pairs.cpu());
}

}  // namespace

CompareReport compare(const CompareRequest& request, const ComparisonHooks& hooks) {
  CompareReport report;
  report.a.name = request.a;
  report.b.name = request.b;
  report.before = read_machine_state();
  const auto a = candidate_id(request.a), b = candidate_id(request.b);
  if (a.has_value() != b.has_value()) {
    throw ConfigError(
        "a candidate is compared with a candidate; export it to compare it with a package, a file "
        "or a runtime");
  }
  if (a) {
    compare_candidates(request, *a, *b, hooks, report);
  } else {
    compare_sides(request, hooks, report);
  }
  report.after = read_machine_state();
  return report;
}

}  // namespace paretune::harness
