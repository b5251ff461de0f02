// SPDX-License-Identifier: Apache-2.0
#include "harness/sample_watch.h"

#include <sched.h>

#include "harness/stopwatch.h"
#include "results/records.h"

namespace paretune::harness {
namespace {

constexpr std::int64_t kSettleNs = 25'000'000;

}  // namespace

SampleWatch::SampleWatch(std::vector<std::int64_t>& marks, const std::filesystem::path& root)
    : marks_(marks),
      reader_(root),
      pressure_(reader_.read()),
      settled_ns_(Stopwatch::wall_now()),
      settled_(marks.size()) {}

void SampleWatch::start() {
  getrusage(RUSAGE_SELF, &before_);
  processor_ = sched_getcpu();
}

void SampleWatch::stop() {
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  const std::int64_t preempted = after.ru_nivcsw - before_.ru_nivcsw;
  involuntary_ += preempted;
  voluntary_ += after.ru_nvcsw - before_.ru_nvcsw;
  std::int64_t mark = 0;
  if (preempted > 0) mark |= results::Disturbance::preempted;
  if (sched_getcpu() != processor_) mark |= results::Disturbance::migrated;
  marks_.push_back(mark);
  if (Stopwatch::wall_now() - settled_ns_ > kSettleNs) settle();
}

void SampleWatch::settle() {
  const Pressure now = reader_.read();
  std::int64_t mark = 0;
  if (now.steal_ticks > pressure_.steal_ticks) mark |= results::Disturbance::stolen;
  if (now.throttles > pressure_.throttles) mark |= results::Disturbance::throttled;
  for (; settled_ < marks_.size(); ++settled_) marks_[settled_] |= mark;
  pressure_ = now;
  settled_ns_ = Stopwatch::wall_now();
}

}  // namespace paretune::harness
