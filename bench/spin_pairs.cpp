// SPDX-License-Identifier: Apache-2.0
#include "bench/spin_pairs.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "harness/stopwatch.h"
#include "harness/timing.h"

namespace paretune::bench {
namespace {

/// Each step needs the one before: the processor can neither reorder nor widen it.
void spin(std::int64_t iterations) {
  volatile std::uint64_t sink = 0;
  std::uint64_t value = 88172645463325252ULL;
  for (std::int64_t i = 0; i < iterations; ++i) value = value * 6364136223846793005ULL + 1;
  sink = value;
  static_cast<void>(sink);
}

void write_all(int fd, const std::vector<std::int64_t>& values) {
  const auto* bytes = reinterpret_cast<const char*>(values.data());
  std::size_t left = values.size() * sizeof(std::int64_t);
  while (left > 0) {
    const ssize_t wrote = ::write(fd, bytes, left);
    if (wrote <= 0) ::_exit(1);
    bytes += wrote;
    left -= static_cast<std::size_t>(wrote);
  }
}

std::vector<std::int64_t> read_all(int fd, std::size_t count) {
  std::vector<std::int64_t> values(count);
  auto* bytes = reinterpret_cast<char*>(values.data());
  std::size_t left = count * sizeof(std::int64_t);
  while (left > 0) {
    const ssize_t got = ::read(fd, bytes, left);
    if (got <= 0) throw std::runtime_error("a spinning process ended without its samples");
    bytes += got;
    left -= static_cast<std::size_t>(got);
  }
  return values;
}

}  // namespace

SpinPairs::SpinPairs(std::int64_t iterations, double gain)
    : a_(std::llround(static_cast<double>(iterations) * (1 - gain))), b_(iterations) {}

std::variant<results::PairCluster, results::Failure> SpinPairs::take(int pairs,
                                                                     std::uint64_t seed) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    harness::TimingPlan plan;
    plan.min_samples = plan.max_samples = pairs;
    plan.seed = seed;
    const auto samples = harness::time_interleaved([&] { spin(a_); }, [&] { spin(b_); }, plan);
    write_all(ends[1], samples.wall_a);
    write_all(ends[1], samples.wall_b);
    ::_exit(0);
  }
  ::close(ends[1]);
  if (child < 0) throw std::runtime_error("no process");
  const auto count = static_cast<std::size_t>(pairs);
  results::PairCluster cluster{read_all(ends[0], count), read_all(ends[0], count)};
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return cluster;
}

std::int64_t SpinPairs::calibrate(double microseconds) {
  constexpr std::int64_t trial = 2'000'000;
  std::int64_t best = INT64_MAX;
  for (int i = 0; i < 5; ++i) {
    const harness::Stopwatch watch;
    spin(trial);
    best = std::min(best, watch.wall_ns());
  }
  return static_cast<std::int64_t>(microseconds * 1e3 * static_cast<double>(trial) /
                                   static_cast<double>(best));
}

}  // namespace paretune::bench
