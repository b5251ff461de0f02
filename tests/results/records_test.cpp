// SPDX-License-Identifier: Apache-2.0
#include "results/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <stdexcept>

#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

TEST(Outcome, TextIsInvertible) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Outcome::skipped); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    EXPECT_EQ(outcome_from_text(to_text(outcome)), outcome);
    EXPECT_TRUE(names.insert(to_text(outcome)).second);
  }
  EXPECT_EQ(to_text(Outcome::device_oom), "device_oom");
  EXPECT_THROW(outcome_from_text("fine"), std::invalid_argument);
  EXPECT_THROW(outcome_from_text(""), std::invalid_argument);
}

TEST(KernelRecord, KeyChangesWithEveryPart) {
  const KernelRecord base;
  const std::vector<std::function<void(KernelRecord&)>> changes = {
      [](KernelRecord& r) { r.workload = "x"; },   [](KernelRecord& r) { r.kernel = "x"; },
      [](KernelRecord& r) { r.version = "x"; },    [](KernelRecord& r) { r.device = "x"; },
      [](KernelRecord& r) { r.knobs = "x"; },      [](KernelRecord& r) { r.threads = 2; },
      [](KernelRecord& r) { r.machine = "x"; },    [](KernelRecord& r) { r.protocol = 2; },
      [](KernelRecord& r) { r.cache_state = "x"; }};
  std::set<std::string> keys{base.key()};
  for (const auto& change : changes) {
    KernelRecord record;
    change(record);
    EXPECT_TRUE(keys.insert(record.key()).second);
  }
  KernelRecord measured;
  measured.p50_ns = 5;
  measured.outcome = Outcome::crash;
  measured.session_id = 3;
  EXPECT_EQ(measured.key(), base.key());
}

TEST(CandidateRow, SchemesAndDevicesAreDistinctAndSorted) {
  CandidateRow row;
  row.candidate = testing::candidate_on("opencl:0", "int8_channel");
  row.candidate.layers["L002/fc"] = {"bf16", "cpu", "dot", {}};
  EXPECT_THAT(row.schemes(), ::testing::ElementsAre("bf16", "fp32", "int8_channel"));
  EXPECT_THAT(row.devices(), ::testing::ElementsAre("cpu", "opencl:0"));
}

TEST(Measurement, FindsByName) {
  Measurement measurement;
  measurement.metrics = {{"a", 1, 1, 1, 1}, {"b", 2, 2, 2, 1}};
  EXPECT_EQ(measurement.find("b")->value, 2);
  EXPECT_EQ(measurement.find("c"), nullptr);
}

}  // namespace
}  // namespace paretune::results
