// SPDX-License-Identifier: Apache-2.0
#include "results/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

using testing::add_rows;
using testing::candidate_on;
using ::testing::ElementsAre;
using testing::exact;
using testing::Rows;
using testing::Scratch;
using testing::success;

class StoreTest : public ::testing::Test {
 protected:
  /// Whatever is checked after this was read from the file by a new connection.
  void reopen() { store = Store(scratch.file()); }

  Scratch scratch;
  Store store{scratch.file()};
  Rows rows = add_rows(store);
};

TEST_F(StoreTest, IdentityRowsAreInsertedOnce) {
  const Rows again = add_rows(store);
  EXPECT_EQ(again.machine, rows.machine);
  EXPECT_EQ(again.model, rows.model);
  EXPECT_EQ(again.study, rows.study);
  EXPECT_NE(again.session, rows.session);
  EXPECT_NE(store.machine({"other", "", "", "", "", "", ""}), rows.machine);
  EXPECT_EQ(store.find_study("study-hash"), rows.study);
  EXPECT_FALSE(store.find_study("no-hash"));
}

TEST_F(StoreTest, ModelLayersFollowTheNewest) {
  store.model({"model-hash", "/moved.onnx", "a", "[1]"});
  store.model({"model-hash", "/moved.onnx", "a", ""});
  reopen();
  EXPECT_EQ(store.layers_json(rows.study), "[1]");
  EXPECT_EQ(store.config_json(rows.study), "{}");
  EXPECT_EQ(store.layers_json(999), "");
}

TEST_F(StoreTest, CandidateIsKnownByStudyAndPoint) {
  const auto id = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  EXPECT_EQ(store.candidate(rows.study, candidate_on("cpu"), "a=1", "search"), id);
  EXPECT_NE(store.candidate(rows.study, candidate_on("cpu"), "a=2", "search"), id);
  const Rows other = add_rows(store, "other");
  EXPECT_NE(store.candidate(other.study, candidate_on("cpu"), "a=1", "search"), id);
}

TEST_F(StoreTest, EvaluationRoundTrip) {
  const auto incumbent = store.candidate(rows.study, candidate_on("cpu"), "a=0", "baseline");
  const auto id = store.candidate(rows.study, candidate_on("opencl:0"), "a=1", "seed");
  EvaluationRecord given = success(rows, id, {});
  given.attempt = 2;
  given.block = 1;
  given.paired_with = incumbent;
  given.seconds = 1.5;
  given.measurement.metrics = {{"latency_p50_ms", 1.25, 1.0, 1.5, 30}, exact("memory_mib", 7)};
  given.measurement.wall_ns = {1, -1, INT64_MAX, INT64_MIN, 0x0102030405060708};
  given.measurement.cpu_ns = {4, 5};
  given.measurement.incumbent_wall_ns = {6};
  given.measurement.numerics = "signature";
  const auto evaluation = store.record(given);
  reopen();
  const auto read = store.latest_evaluation(id);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->session_id, rows.session);
  EXPECT_EQ(read->candidate_id, id);
  EXPECT_EQ(read->attempt, 2);
  EXPECT_EQ(read->block, 1);
  EXPECT_EQ(read->paired_with, incumbent);
  EXPECT_EQ(read->outcome, Outcome::ok);
  EXPECT_EQ(read->seconds, 1.5);
  EXPECT_EQ(read->measurement.wall_ns, given.measurement.wall_ns);
  EXPECT_EQ(read->measurement.cpu_ns, given.measurement.cpu_ns);
  EXPECT_EQ(read->measurement.incumbent_wall_ns, given.measurement.incumbent_wall_ns);
  EXPECT_EQ(read->measurement.numerics, "signature");
  ASSERT_EQ(read->measurement.metrics.size(), 2U);
  const Metric* latency = read->measurement.find("latency_p50_ms");
  ASSERT_NE(latency, nullptr);
  EXPECT_EQ(latency->value, 1.25);
  EXPECT_EQ(latency->lo, 1.0);
  EXPECT_EQ(latency->hi, 1.5);
  EXPECT_EQ(latency->n, 30);

  const auto row = store.find_candidate(id);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->candidate, candidate_on("opencl:0"));
  EXPECT_EQ(row->hash, candidate_on("opencl:0").hash());
  EXPECT_EQ(row->point, "a=1");
  EXPECT_EQ(row->origin, "seed");
  EXPECT_EQ(row->study_id, rows.study);
  EXPECT_EQ(row->row_version, evaluation);
  EXPECT_TRUE(row->confirmed);
  EXPECT_EQ(row->metrics.at("latency_p50_ms").hi, 1.5);
}

TEST_F(StoreTest, FailureRoundTrip) {
  const auto id = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  store.record(testing::failure(rows, id, Outcome::crash));
  reopen();
  EXPECT_FALSE(store.latest_evaluation(id));
  const auto row = store.find_candidate(id);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->outcome, Outcome::crash);
  EXPECT_EQ(row->failure.outcome, Outcome::crash);
  EXPECT_EQ(row->failure.stage, "latency");
  EXPECT_EQ(row->failure.reason, "it failed");
  EXPECT_EQ(row->failure.signal, 11);
  EXPECT_FALSE(row->on_front);
  EXPECT_FALSE(row->confirmed);
}

TEST_F(StoreTest, ConfirmationGoesBeforeScreeningMetricByMetric) {
  const auto id = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  store.record(success(rows, id, {exact("latency_p50_ms", 1), exact("accuracy", 0.5)}));
  store.record(success(rows, id, {exact("latency_p50_ms", 2)}, 1));
  store.record(success(rows, id, {exact("latency_p50_ms", 3), exact("memory_mib", 8)}));
  const auto row = store.find_candidate(id);
  EXPECT_EQ(row->metrics.at("latency_p50_ms").value, 2);  // confirmed, though not the newest
  EXPECT_EQ(row->metrics.at("accuracy").value, 0.5);      // only screening measured it
  EXPECT_EQ(row->metrics.at("memory_mib").value, 8);
  EXPECT_EQ(store.latest_evaluation(id)->block, 0);
  EXPECT_EQ(store.latest_evaluation(id, 1)->measurement.find("latency_p50_ms")->value, 2);
  EXPECT_FALSE(store.latest_evaluation(id, 2));
}

TEST_F(StoreTest, OutcomeIsThatOfTheLastAttemptNotSkipped) {
  const auto id = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  store.record(testing::failure(rows, id, Outcome::skipped));
  EXPECT_EQ(store.find_candidate(id)->outcome, Outcome::skipped);
  store.record(testing::failure(rows, id, Outcome::hang));
  store.record(success(rows, id, {exact("latency_p50_ms", 1)}));
  const auto last = store.record(testing::failure(rows, id, Outcome::skipped));
  EXPECT_EQ(store.find_candidate(id)->outcome, Outcome::ok);
  EXPECT_EQ(store.find_candidate(id)->row_version, last);
  store.record(testing::failure(rows, id, Outcome::wrong));
  EXPECT_EQ(store.find_candidate(id)->outcome, Outcome::wrong);
}

TEST_F(StoreTest, CandidatesSelectsStudyAndNewerRows) {
  const auto first = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  const auto second = store.candidate(rows.study, candidate_on("cpu"), "a=2", "seed");
  store.candidate(rows.study, candidate_on("cpu"), "a=3", "seed");  // never evaluated
  const auto version = store.record(success(rows, first, {exact("latency_p50_ms", 1)}));
  store.record(success(rows, second, {exact("latency_p50_ms", 2)}));
  const Rows newer = add_rows(store, "newer");
  EXPECT_TRUE(store.candidates().empty());
  const auto third = store.candidate(newer.study, candidate_on("cpu"), "a=1", "seed");
  store.record(success(newer, third, {exact("latency_p50_ms", 9)}));
  ASSERT_EQ(store.candidates().size(), 1U);
  EXPECT_EQ(store.candidates().front().id, third);
  EXPECT_TRUE(store.candidates().front().on_front);  // of its own study
  ASSERT_EQ(store.candidates(rows.study).size(), 2U);
  const auto live = store.candidates(rows.study, version);
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(live.front().id, second);
  EXPECT_FALSE(live.front().on_front);  // beaten by a row that is not in the answer
  EXPECT_FALSE(store.find_candidate(12345));
}

TEST_F(StoreTest, NotANumberIsNoMeasurement) {
  const auto id = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  store.record(success(rows, id, {{"latency_p50_ms", std::nan(""), 0, 1, 3}}));
  reopen();
  const auto row = store.find_candidate(id);
  EXPECT_TRUE(std::isnan(row->metrics.at("latency_p50_ms").value));
  EXPECT_FALSE(row->on_front);
}

KernelRecord kernel(const std::string& workload, const std::string& knobs, double p50) {
  KernelRecord record;
  record.workload = workload;
  record.kernel = "direct";
  record.version = "v1";
  record.device = "opencl:0";
  record.knobs = knobs;
  record.threads = 4;
  record.machine = "fingerprint";
  record.p50_ns = p50;
  record.lo_ns = p50 - 1;
  record.hi_ns = p50 + 1;
  record.wall_ns = {7, 8};
  record.cpu_ns = {9};
  record.compile_seconds = 0.25;
  return record;
}

TEST_F(StoreTest, KernelRoundTrip) {
  KernelRecord given = kernel("conv", "bm=64", 100);
  given.session_id = rows.session;
  store.record(given);
  reopen();
  const auto read = store.find_kernel(given);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key(), given.key());
  EXPECT_EQ(read->p50_ns, 100);
  EXPECT_EQ(read->lo_ns, 99);
  EXPECT_EQ(read->hi_ns, 101);
  EXPECT_EQ(read->wall_ns, given.wall_ns);
  EXPECT_EQ(read->cpu_ns, given.cpu_ns);
  EXPECT_EQ(read->compile_seconds, 0.25);
  EXPECT_EQ(read->session_id, rows.session);
  EXPECT_EQ(read->cache_state, "warm");
  given.machine = "another";
  EXPECT_FALSE(store.find_kernel(given));
}

TEST_F(StoreTest, KernelsAreListedFastestFirst) {
  store.record(kernel("conv", "bm=64", 300));
  store.record(kernel("conv", "bm=32", 200));
  store.record(kernel("pool", "", 50));
  KernelRecord broken = kernel("conv", "bm=16", 1);
  broken.outcome = Outcome::compile_fail;
  broken.failure = {Outcome::compile_fail, "build", "no", 0};
  store.record(broken);
  store.record(kernel("conv", "bm=64", 100));  // measured again: the newest counts
  std::vector<std::string> knobs;
  for (const KernelRecord& row : store.kernels("conv", "opencl:0")) knobs.push_back(row.knobs);
  EXPECT_THAT(knobs, ElementsAre("bm=64", "bm=32", "bm=16"));
  EXPECT_EQ(store.kernels("", "").size(), 4U);
  EXPECT_EQ(store.kernels("pool", "").size(), 1U);
  EXPECT_TRUE(store.kernels("conv", "cpu").empty());
  EXPECT_EQ(store.find_kernel(broken)->failure.reason, "no");
  EXPECT_EQ(store.find_kernel(broken)->outcome, Outcome::compile_fail);
}

TEST_F(StoreTest, AccuracyRoundTrip) {
  AccuracyRecord given{"numerics", "select", "top1", 0.9, 0.85, 0.94, 200, rows.study};
  store.record(given);
  given.value = 0.91;
  store.record(given);
  reopen();
  const auto read = store.find_accuracy(rows.study, "numerics", "select");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->value, 0.91);
  EXPECT_EQ(read->lo, 0.85);
  EXPECT_EQ(read->hi, 0.94);
  EXPECT_EQ(read->n, 200);
  EXPECT_EQ(read->metric, "top1");
  EXPECT_FALSE(store.find_accuracy(rows.study, "numerics", "report"));
  EXPECT_FALSE(store.find_accuracy(rows.study + 1, "numerics", "select"));
}

TEST_F(StoreTest, SessionsCountRows) {
  const auto first = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  const auto second = store.candidate(rows.study, candidate_on("cpu"), "a=2", "seed");
  store.record(testing::failure(rows, first, Outcome::crash));
  store.record(success(rows, first, {}));
  store.record(testing::failure(rows, second, Outcome::hang));
  store.record(testing::failure(rows, second, Outcome::hang));
  KernelRecord trial = kernel("conv", "", 1);
  trial.session_id = rows.session;
  store.record(trial);
  store.record(kernel("conv", "", 1));  // without a session
  store.set_planned(rows.session, 40);
  EXPECT_EQ(store.last_session(rows.study)->state, "running");
  EXPECT_EQ(store.last_session(rows.study)->ended, "");
  store.end_session(rows.session, "done");
  reopen();
  const auto session = store.last_session(rows.study);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->id, rows.session);
  EXPECT_EQ(session->study, "study");
  EXPECT_EQ(session->model, "a");
  EXPECT_EQ(session->state, "done");
  EXPECT_EQ(session->planned, 40);
  EXPECT_EQ(session->done, 2);
  EXPECT_EQ(session->failed, 1);
  EXPECT_EQ(session->kernel_trials, 1);
  EXPECT_THAT(session->started, ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
  EXPECT_THAT(session->ended, ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
  store.begin_session(rows.study, rows.machine, 1, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(store.sessions().size(), 2U);
  EXPECT_EQ(store.last_session(rows.study)->planned, 1);
  EXPECT_FALSE(store.last_session(999));
}

TEST_F(StoreTest, RowsThatReferToNothingAreRefused) {
  EXPECT_THROW(store.record(success(rows, 999, {})), StoreError);
  EXPECT_THROW(store.begin_session(999, rows.machine, 1, 1), StoreError);
  EXPECT_THROW(store.end_session(rows.session, "tired"), StoreError);
  EXPECT_THROW(store.record_artifact(999, "package", "a", "b"), StoreError);
  // The failed transaction left nothing behind and the store goes on.
  const auto id = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  EXPECT_TRUE(store.candidates(rows.study).empty());
  store.record_artifact(id, "package", "/out/package", "0123");
  store.record(success(rows, id, {}));
  EXPECT_EQ(store.candidates(rows.study).size(), 1U);
}

TEST_F(StoreTest, ReadOnlyRefusesToWrite) {
  Store reader(scratch.file(), Store::Mode::read_only);
  EXPECT_THROW(reader.set_planned(rows.session, 3), StoreError);
  EXPECT_EQ(reader.sessions().size(), 1U);
}

}  // namespace
}  // namespace paretune::results
