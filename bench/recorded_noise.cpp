// SPDX-License-Identifier: Apache-2.0
#include "bench/recorded_noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "results/statistics.h"

namespace paretune::bench {
namespace {

constexpr int kCandidates = 50;
constexpr std::size_t kFinalists = 4;
constexpr int kScreened = 30;
constexpr double kNaiveGain = 0.02;

double mean_of_first(const std::vector<std::int64_t>& samples, std::ptrdiff_t count) {
  return std::accumulate(samples.begin(), samples.begin() + count, 0.0) /
         static_cast<double>(count);
}

}  // namespace

RecordedNoise::RecordedNoise(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);  // process,a_ns,b_ns
  std::size_t process = 0;
  std::int64_t a = 0, b = 0;
  char comma = 0;
  while (stream >> process >> comma >> a >> comma >> b) {
    if (process >= processes_.size()) processes_.resize(process + 1);
    processes_[process].a.push_back(a);
    processes_[process].b.push_back(b);
  }
  if (processes_.empty()) {
    throw std::runtime_error(fmt::format("'{}' holds no pairs", file.string()));
  }
}

std::variant<results::PairCluster, results::Failure> ReplayedPairs::take(int pairs, std::uint64_t) {
  const auto& all = noise_.processes();
  const results::PairCluster& process = all[engine_() % all.size()];
  const auto count = static_cast<std::size_t>(pairs);
  const std::size_t start = engine_() % (process.a.size() - std::min(count, process.a.size() - 1));
  results::PairCluster cluster;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = (start + i) % process.a.size();
    cluster.a.push_back(process.a[at]);
    cluster.b.push_back(process.b[at]);
  }
  if ((engine_() & 1U) != 0) std::swap(cluster.a, cluster.b);
  for (std::int64_t& sample : cluster.a) {
    sample = std::llround(static_cast<double>(sample) * (1 - gain_));
  }
  return cluster;
}

Night simulate_night(const RecordedNoise& noise, const harness::ComparisonPlan& plan,
                     std::uint64_t seed) {
  Night night;
  ReplayedPairs screening(noise, seed * 1000);
  std::vector<std::pair<double, int>> ranked;
  double incumbent = 0;
  for (int candidate = 0; candidate < kCandidates; ++candidate) {
    const auto taken = std::get<results::PairCluster>(screening.take(kScreened, 0));
    const double median = results::quantile(taken.a, 0.5);
    if (candidate == 0) incumbent = results::quantile(taken.b, 0.5);
    night.naive_mean = night.naive_mean ||
                       (candidate == 0 && mean_of_first(taken.a, 3) < mean_of_first(taken.b, 3));
    ranked.emplace_back(median, candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  night.naive_best = ranked.front().first < (1 - kNaiveGain) * incumbent;
  std::vector<std::unique_ptr<ReplayedPairs>> sources;
  std::vector<harness::Contest> contests;
  for (std::size_t i = 0; i < kFinalists; ++i) {
    sources.push_back(std::make_unique<ReplayedPairs>(
        noise, seed * 1000 + 1 + static_cast<std::uint64_t>(ranked[i].second)));
    contests.push_back({"", sources.back().get(), false});
  }
  for (const auto& comparison : harness::compare_all(contests, plan)) {
    night.confirmed = night.confirmed || comparison.verdict == results::Verdict::win;
  }
  return night;
}

}  // namespace paretune::bench
