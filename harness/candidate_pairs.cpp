// SPDX-License-Identifier: Apache-2.0
#include "harness/candidate_pairs.h"

#include <utility>

namespace paretune::harness {
namespace {

void append(results::Measurement& to, const results::Measurement& from) {
  const auto add = [](auto& all, const auto& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  add(to.wall_ns, from.wall_ns);
  add(to.cpu_ns, from.cpu_ns);
  add(to.incumbent_wall_ns, from.incumbent_wall_ns);
  add(to.incumbent_cpu_ns, from.incumbent_cpu_ns);
  add(to.marks, from.marks);
  to.conditions = from.conditions;
}

}  // namespace

CandidatePairs::CandidatePairs(Evaluator& evaluator, model::Candidate a, model::Candidate b,
                               bool score)
    : evaluator_(evaluator), score_(score) {
  request_.candidate = std::move(a);
  request_.incumbent = std::move(b);
  request_.split = "report";
}

std::variant<results::PairCluster, results::Failure> CandidatePairs::take(int pairs,
                                                                          std::uint64_t seed) {
  request_.pairs = pairs;
  request_.seed = seed;
  request_.verify = !verified_;
  request_.accuracy = score_ && !verified_;
  evaluator_.restart();
  auto answer = evaluator_.evaluate(request_);
  if (auto* failure = std::get_if<results::Failure>(&answer)) return std::move(*failure);
  const auto& measured = std::get<results::Measurement>(answer);
  if (measured.wall_ns.size() < 2 || measured.wall_ns.size() != measured.incumbent_wall_ns.size()) {
    return results::Failure{results::Outcome::crash, "latency", "the worker returned no pairs", 0};
  }
  if (!verified_) first_ = measured;
  verified_ = true;
  append(round_, measured);
  return results::PairCluster{measured.wall_ns, measured.incumbent_wall_ns};
}

results::Measurement CandidatePairs::end_round() {
  results::Measurement measurement = std::exchange(round_, {});
  measurement.numerics = first_.numerics;
  measurement.metrics = first_.metrics;
  return measurement;
}

}  // namespace paretune::harness
