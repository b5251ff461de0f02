// SPDX-License-Identifier: Apache-2.0
#include "harness/scenarios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <numeric>

#include "harness/co_tenants.h"

namespace paretune::harness {
namespace {

/// Time that passes only when somebody waits or works.
class FakeClock : public ScenarioClock {
 public:
  std::int64_t now_ns() override { return now_; }
  void wait_until(std::int64_t ns) override { now_ = std::max(now_, ns); }
  void work(std::int64_t ns) { now_ += ns; }

 private:
  std::int64_t now_ = 1'000'000'000'000;
};

const results::Metric* find(const std::vector<results::Metric>& metrics, const std::string& name) {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const auto& metric) { return metric.name == name; });
  return found == metrics.end() ? nullptr : &*found;
}

double mean(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(PoissonArrivals, HaveTheRateAndExponentialIndependentGaps) {
  constexpr std::size_t n = 100'000;
  const auto arrivals = poisson_arrivals(250, n, 5);
  ASSERT_EQ(arrivals.size(), n);
  EXPECT_TRUE(std::is_sorted(arrivals.begin(), arrivals.end()));
  std::vector<std::int64_t> gaps = {arrivals[0]};
  for (std::size_t i = 1; i < n; ++i) gaps.push_back(arrivals[i] - arrivals[i - 1]);
  const double m = mean(gaps);
  EXPECT_NEAR(m, 4e6, 4e6 * 5 / std::sqrt(n));
  double squares = 0, product = 0;
  for (std::size_t i = 0; i < n; ++i) {
    squares += std::pow(static_cast<double>(gaps[i]) - m, 2);
    if (i > 0)
      product += (static_cast<double>(gaps[i]) - m) * (static_cast<double>(gaps[i - 1]) - m);
  }
  EXPECT_NEAR(std::sqrt(squares / n) / m, 1, 0.03) << "an exponential's spread is its mean";
  EXPECT_NEAR(product / squares, 0, 0.02) << "gaps know nothing of each other";
  const auto longer = std::count_if(gaps.begin(), gaps.end(), [](auto gap) { return gap > 8e6; });
  EXPECT_NEAR(static_cast<double>(longer) / n, std::exp(-2), 0.005);
  EXPECT_EQ(poisson_arrivals(250, 10, 5), poisson_arrivals(250, 10, 5));
  EXPECT_NE(poisson_arrivals(250, 10, 5), poisson_arrivals(250, 10, 6));
}

TEST(ServeQueries, WaitsAsAnMD1QueueDoes) {
  constexpr double service = 1e6;  // ns
  for (const double load : {0.3, 0.6, 0.8}) {
    FakeClock clock;
    const auto latency = serve_queries([&] { clock.work(static_cast<std::int64_t>(service)); },
                                       poisson_arrivals(load * 1e9 / service, 400'000, 9), clock);
    // Pollaczek-Khinchine for constant service: mean wait = load * service / (2 (1 - load)).
    const double expected = service + load * service / (2 * (1 - load));
    EXPECT_NEAR(mean(latency), expected, 0.04 * expected) << load;
    EXPECT_GE(*std::min_element(latency.begin(), latency.end()),
              static_cast<std::int64_t>(service));
  }
}

TEST(ServeQueries, AnOverloadedServerFallsBehindForEver) {
  FakeClock clock;
  const auto latency =
      serve_queries([&] { clock.work(2'000'000); }, poisson_arrivals(1000, 1000, 1), clock);
  EXPECT_GT(latency.back(), 500 * 1'000'000LL) << "not hidden by sending later";
}

TEST(RunScenario, ServerTellsAP99OnlyWhenThereAreEnoughQueries) {
  LoadPlan plan;
  plan.scenario = "server";
  plan.rate = 100;
  plan.bound_ms = 3;
  FakeClock clock;
  const auto run = [&] { clock.work(2'000'000); };
  const auto metrics = run_scenario(run, plan, clock);
  ASSERT_NE(find(metrics, "server_p99_ms"), nullptr);
  const auto& p99 = *find(metrics, "server_p99_ms");
  EXPECT_EQ(p99.n, 662);
  EXPECT_LE(p99.lo, p99.value);
  EXPECT_GT(p99.hi, p99.value);
  EXPECT_GT(p99.value, 3);
  const auto& late = *find(metrics, "server_late");
  // A query waits more than 1 ms when another came within the last millisecond: about 10 %.
  EXPECT_NEAR(late.value, 0.1, 0.04);
  plan.most_seconds = 6;  // 600 queries fit
  EXPECT_EQ(find(run_scenario(run, plan, clock), "server_p99_ms"), nullptr);
}

TEST(RunScenario, OfflineCountsSamplesNotRuns) {
  LoadPlan plan;
  plan.scenario = "offline";
  plan.batch = 8;
  plan.seconds = 1;
  FakeClock clock;
  const auto metrics = run_scenario([&] { clock.work(4'000'000); }, plan, clock);
  ASSERT_EQ(metrics.size(), 1U);
  EXPECT_EQ(metrics[0].name, "throughput_per_s");
  EXPECT_NEAR(metrics[0].value, 2000, 1e-6);
  EXPECT_EQ(metrics[0].n, 250);
  plan.scenario = "single_stream";
  EXPECT_TRUE(run_scenario([&] { clock.work(1); }, plan, clock).empty());
}

TEST(CoTenants, EndWithTheObject) {
  std::vector<pid_t> processes;
  {
    const CoTenants tenants(3);
    processes = tenants.processes();
    ASSERT_EQ(processes.size(), 3U);
    for (const pid_t process : processes) EXPECT_EQ(kill(process, 0), 0);
  }
  for (const pid_t process : processes) EXPECT_NE(kill(process, 0), 0);
  EXPECT_TRUE(CoTenants(0).processes().empty());
}

}  // namespace
}  // namespace paretune::harness
