// SPDX-License-Identifier: Apache-2.0
// Does evolutionary search find better fronts than random search for as many measurements? Both are
// replayed on the recorded exhaustive study of ResNet-8 (tests/search/data). `--json` prints one
// line per figure.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/search/recorded_study.h"

namespace {

using paretune::search::testing::RecordedStudy;

constexpr std::uint64_t seeds = 20;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Two-sided sign test: chance of so many wins or losses of n fair coins, ties left out.
double sign_test(int wins, int losses) {
  const int n = wins + losses;
  double tail = 0;
  for (int k = std::max(wins, losses); k <= n; ++k) {
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) -
                     n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

void compare(const RecordedStudy& study, std::size_t budget, bool json) {
  std::vector<double> ratios, ours, theirs;
  int wins = 0, losses = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    ours.push_back(study.replay("evolutionary", seed, budget));
    theirs.push_back(study.replay("random", seed, budget));
    ratios.push_back(ours.back() / theirs.back());
    if (ours.back() > theirs.back()) ++wins;
    if (ours.back() < theirs.back()) ++losses;
  }
  const double p = sign_test(wins, losses);
  const auto context = fmt::format(
      "share of the whole front's hypervolume: evolutionary {:.4f}, random {:.4f} (medians); "
      "evolutionary wins {} and loses {} of {} seeds, sign test p = {:.2g}; latency, memory and "
      "accuracy",
      median(ours), median(theirs), wins, losses, seeds, p);
  const auto figure = fmt::format("resnet8_hypervolume_{}_candidates", budget);
  const double value = median(ratios);
  if (!json) {
    fmt::print("{:34} {:6.3f}x  {}\n", figure, value, context);
    return;
  }
  const nlohmann::ordered_json line = {{"figure", figure},
                                       {"value", value},
                                       {"unit", "evolutionary/random"},
                                       {"goal", 1.0},
                                       {"met", value > 1.0 && wins > losses && p < 0.05},
                                       {"n", seeds},
                                       {"context", context}};
  fmt::print("{}\n", line.dump());
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  const RecordedStudy study(PARETUNE_RECORDED_STUDY);
  for (const std::size_t budget : {24, 48, 96}) compare(study, budget, json);
  return 0;
}
