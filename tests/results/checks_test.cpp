// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <limits>

#include "results/plain_text.h"
#include "results/report.h"
#include "results/store_file.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

using ::testing::ElementsAre;
using testing::exact;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::success;

class ChecksTest : public ::testing::Test {
 protected:
  void edit(const std::string& sql) {
    SQLite::Database(scratch.file().string(), SQLite::OPEN_READWRITE).exec(sql);
  }
  std::int64_t candidate(const std::string& point) {
    return store.candidate(rows.study, testing::candidate_on("cpu"), point, "seed");
  }

  testing::Scratch scratch;
  Store store{scratch.file()};
  testing::Rows rows = testing::add_rows(store);
};

ComparisonRecord comparison(const testing::Rows& rows, std::int64_t a, std::int64_t b) {
  return {rows.session, a, b, "finalist", "win", 0.9, 0.88, 0.92, 0.975, 0.02, 120, 3, 2, 7, "so"};
}

KernelRecord small_kernel() {
  KernelRecord kernel;
  kernel.workload = "w";
  kernel.kernel = "k";
  kernel.device = "cpu";
  return kernel;
}

TEST_F(ChecksTest, EvaluationKeepsWhatCameWithSchemaTwo) {
  const auto id = candidate("a=1");
  EvaluationRecord given = success(rows, id, {exact("latency_p50_ms", 1)}, 1);
  given.restart = 4;
  given.measurement.incumbent_cpu_ns = {7, 8};
  given.measurement.marks = {0, preempted | throttled, 0};
  given.measurement.conditions = R"({"governor":"performance"})";
  store.record(given);
  const auto read = store.latest_evaluation(id);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->restart, 4);
  EXPECT_EQ(read->measurement.incumbent_cpu_ns, given.measurement.incumbent_cpu_ns);
  EXPECT_EQ(read->measurement.marks, given.measurement.marks);
  EXPECT_EQ(read->measurement.conditions, given.measurement.conditions);
}

TEST_F(ChecksTest, NewestConfirmationCountsWhateverItsBlock) {
  const auto id = candidate("a=1");
  store.record(success(rows, id, {exact("latency_p50_ms", 2)}, 2));
  store.record(success(rows, id, {exact("latency_p50_ms", 1)}, 1));
  store.record(success(rows, id, {exact("latency_p50_ms", 9)}, 0));
  EXPECT_EQ(store.find_candidate(id)->metrics.at("latency_p50_ms").value, 1);
}

TEST_F(ChecksTest, ComparisonRoundTrip) {
  const auto a = candidate("a=1"), b = candidate("a=2");
  store.record(success(rows, a, {exact("latency_p50_ms", 1)}));
  store.record(success(rows, b, {exact("latency_p50_ms", 1)}));
  store.record(comparison(rows, a, b));
  ComparisonRecord same = comparison(rows, b, b);
  same.kind = "aa";
  same.verdict = "inconclusive";
  same.lo = std::numeric_limits<double>::quiet_NaN();
  store.record(same);
  ComparisonRecord later = comparison(rows, a, b);
  later.verdict = "loss";
  store.record(later);
  ASSERT_THAT(store.comparisons(rows.study), SizeIs(3));
  ASSERT_THAT(store.comparisons(rows.study, "aa"), SizeIs(1));
  EXPECT_TRUE(std::isnan(store.comparisons(rows.study, "aa")[0].lo));
  EXPECT_THAT(store.comparisons(rows.study + 1), IsEmpty());
  const ComparisonRecord read = store.comparisons(rows.study)[0];
  EXPECT_EQ(read.session_id, rows.session);
  EXPECT_EQ(read.candidate_id, a);
  EXPECT_EQ(read.against_id, b);
  EXPECT_EQ(read.kind, "finalist");
  EXPECT_EQ(read.verdict, "win");
  EXPECT_THAT((std::vector{read.ratio, read.lo, read.hi, read.level, read.margin}),
              ElementsAre(0.9, 0.88, 0.92, 0.975, 0.02));
  EXPECT_THAT((std::vector{read.pairs, read.restarts, read.blocks, read.more_pairs}),
              ElementsAre(120, 3, 2, 7));
  EXPECT_EQ(read.reason, "so");
  ASSERT_TRUE(store.find_candidate(a)->comparison);
  EXPECT_EQ(store.find_candidate(a)->comparison->verdict, "loss");
  EXPECT_FALSE(store.find_candidate(b)->comparison);
  EXPECT_EQ(store.candidates()[0].comparison->verdict, "loss");
}

TEST_F(ChecksTest, CanaryRoundTrip) {
  store.record(CanaryRecord{rows.session, "cpu", Outcome::ok, "", 5e4, 0, true, 0, 0});
  store.record(
      CanaryRecord{rows.session, "opencl:0", Outcome::wrong, "bits", 6e4, 5e4, false, 3, 4});
  ASSERT_THAT(store.canaries(rows.session), SizeIs(2));
  const CanaryRecord read = store.canaries(rows.session)[1];
  EXPECT_EQ(read.device, "opencl:0");
  EXPECT_EQ(read.outcome, Outcome::wrong);
  EXPECT_EQ(read.reason, "bits");
  EXPECT_EQ(read.p50_ns, 6e4);
  EXPECT_EQ(read.expected_ns, 5e4);
  EXPECT_FALSE(read.good);
  EXPECT_EQ(read.after_evaluation, 3);
  EXPECT_EQ(read.after_kernel, 4);
  EXPECT_TRUE(store.canaries(rows.session)[0].good);
}

TEST_F(ChecksTest, QuarantineHoldsUntilReleased) {
  store.quarantine({"k1", "a=1", "cpu", "driver", 2, "signal 11", ""});
  store.quarantine({"k2", "a=2", "cpu", "driver", 2, "signal 6", ""});
  store.quarantine({"k1", "a=1", "cpu", "driver", 3, "signal 9", ""});
  ASSERT_THAT(store.quarantined(), SizeIs(2));
  const auto read = store.find_quarantine("k1");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->crashes, 3);
  EXPECT_EQ(read->reason, "signal 9");
  EXPECT_THAT(read->recorded, HasSubstr("T"));
  EXPECT_EQ(store.release_quarantine("none"), 0);
  EXPECT_EQ(store.release_quarantine("k1"), 1);
  EXPECT_FALSE(store.find_quarantine("k1"));
  EXPECT_EQ(store.release_quarantine(""), 1);
  EXPECT_THAT(store.quarantined(), IsEmpty());
}

TEST_F(ChecksTest, InvalidRowsNeverHappened) {
  const auto id = candidate("a=1"), other = candidate("a=2");
  const auto good = store.record(success(rows, id, {exact("latency_p50_ms", 1)}));
  KernelRecord kernel = small_kernel();
  kernel.session_id = rows.session;
  const auto good_kernel = store.record(kernel);
  store.record(success(rows, id, {exact("latency_p50_ms", 7)}, 1));
  store.record(success(rows, other, {exact("latency_p50_ms", 7)}));
  kernel.kernel = "k2";
  store.record(kernel);
  store.record(comparison(rows, id, other));
  EXPECT_EQ(store.invalidate(rows.session, good, good_kernel, "a slow canary"), 3);
  EXPECT_EQ(store.invalidate(rows.session, good, good_kernel, "again"), 0);

  EXPECT_EQ(store.latest_evaluation(id)->measurement.metrics.front().value, 1);
  EXPECT_FALSE(store.latest_evaluation(id, 1));
  EXPECT_FALSE(store.latest_evaluation(other));
  ASSERT_THAT(store.candidates(), SizeIs(1));
  EXPECT_FALSE(store.candidates().front().confirmed);
  EXPECT_FALSE(store.candidates().front().comparison);
  EXPECT_EQ(store.candidates().front().metrics.at("latency_p50_ms").value, 1);
  EXPECT_FALSE(store.find_candidate(other));
  EXPECT_FALSE(store.find_kernel(kernel));
  EXPECT_THAT(store.kernels("", ""), SizeIs(1));
  EXPECT_THAT(store.comparisons(rows.study), IsEmpty());
  EXPECT_THAT(store.verify(), IsEmpty());
  const SQLite::Database database(scratch.file().string(), SQLite::OPEN_READONLY);
  SQLite::Statement kept(database,
                         "SELECT count(*) FROM evaluation WHERE invalid = 'a slow canary'");
  kept.executeStep();
  EXPECT_EQ(kept.getColumn(0).getInt(), 2);
}

TEST_F(ChecksTest, AnotherSessionsRowsStayValid) {
  const auto id = candidate("a=1");
  const testing::Rows second = testing::add_rows(store);
  store.record(success(second, id, {exact("latency_p50_ms", 1)}));
  EXPECT_EQ(store.invalidate(rows.session, 0, 0, "why"), 0);
  EXPECT_TRUE(store.latest_evaluation(id));
}

/// Every kind of edit that a row, its metrics or its samples can suffer, and the row's table.
const std::vector<std::pair<std::string, std::string>> edits = {
    {"UPDATE evaluation SET seconds = seconds + 1e-9", "evaluation"},
    {"UPDATE evaluation SET recorded = 'x'", "evaluation"},
    {"UPDATE evaluation SET invalid = ''", "evaluation"},
    {"UPDATE evaluation SET stage = NULL", "evaluation"},
    {"UPDATE metric SET value = 1.0000000000000002 WHERE value = 1", "evaluation"},
    {"UPDATE metric SET n = 2", "evaluation"},
    {"DELETE FROM metric WHERE name = 'memory_mib'", "evaluation"},
    {"UPDATE samples SET nanoseconds = zeroblob(24) WHERE evaluation_id = 1", "evaluation"},
    {"UPDATE samples SET kind = 'cpu' WHERE evaluation_id = 1", "evaluation"},
    {"UPDATE kernel_evaluation SET knobs = 'bm=1'", "kernel_evaluation"},
    {"DELETE FROM samples WHERE kernel_evaluation_id = 1", "kernel_evaluation"},
    {"UPDATE candidate SET origin = 'search'", "candidate"},
    {"UPDATE candidate SET payload = ''", "candidate"},
    {"UPDATE accuracy SET value = 0.9", "accuracy"},
    {"UPDATE comparison SET verdict = 'loss'", "comparison"},
    {"UPDATE canary SET good = 0", "canary"}};

TEST_F(ChecksTest, TamperingIsFound) {
  const auto id = candidate("a=1");
  store.record(success(rows, id, {exact("latency_p50_ms", 1), exact("memory_mib", 2)}));
  KernelRecord kernel = small_kernel();
  kernel.wall_ns = {1, 2, 3};
  store.record(kernel);
  store.record(AccuracyRecord{"n", "select", "top1", 0.5, 0.4, 0.6, 10, rows.study});
  store.record(comparison(rows, id, id));
  store.record(CanaryRecord{rows.session, "cpu", Outcome::ok, "", 5e4, 0, true, 0, 0});
  EXPECT_THAT(store.verify(), IsEmpty());
  const std::string backup = scratch.file("sound.db").string();
  edit("VACUUM INTO '" + backup + "'");
  for (const auto& [sql, table] : edits) {
    const auto edited = scratch.file("edited.db");
    std::filesystem::copy_file(backup, edited, std::filesystem::copy_options::overwrite_existing);
    SQLite::Database(edited.string(), SQLite::OPEN_READWRITE).exec(sql);
    const Store damaged(edited, Store::Mode::read_only);
    const auto faults = damaged.verify();
    ASSERT_THAT(faults, SizeIs(1)) << sql;
    EXPECT_THAT(faults[0], HasSubstr("row 1 of table " + table + " ")) << sql;
    const bool hidden = sql.find("invalid") != std::string::npos;
    if (table == "evaluation" && !hidden) {
      EXPECT_THROW(damaged.latest_evaluation(id), StoreError);
    }
    if (table == "kernel_evaluation") {
      EXPECT_THROW(damaged.find_kernel(kernel), StoreError);
    }
    if (table == "candidate") {
      EXPECT_THROW(damaged.find_candidate(id), StoreError);
    }
    if (table == "accuracy") {
      EXPECT_THROW(damaged.find_accuracy(rows.study, "n", "select"), StoreError);
    }
  }
}

TEST(NetworkFileSystem, IsKnownByItsNumber) {
  EXPECT_EQ(network_file_system(0x6969, "nfs4"), "NFS");
  EXPECT_EQ(network_file_system(0xff534d42, "cifs"), "CIFS");
  EXPECT_EQ(network_file_system(static_cast<std::int32_t>(0xff534d42), "cifs"), "CIFS");
  EXPECT_EQ(network_file_system(0xfe534d42, "smb3"), "SMB");
  EXPECT_EQ(network_file_system(0x0bd00bd0, "lustre"), "Lustre");
  EXPECT_EQ(network_file_system(0x47504653, "gpfs"), "GPFS");
  EXPECT_EQ(network_file_system(0x00c36400, "ceph"), "Ceph");
  EXPECT_EQ(network_file_system(0x5346414f, "afs"), "AFS");
  EXPECT_EQ(network_file_system(0x65735546, "fuse.sshfs"), "fuse.sshfs");
  EXPECT_EQ(network_file_system(0x65735546, "fuse.fuse-overlayfs"), "");
  for (const std::int64_t local : {0xef53, 0x58465342, 0x01021994, 0x794c7630, 0x2fc12fc1}) {
    EXPECT_EQ(network_file_system(local, "ext4"), "") << local;
  }
}

TEST(StoreOpen, IgnoresTheFileSizeSignalButKeepsAHandler) {
  const auto before = std::signal(SIGXFSZ, SIG_DFL);
  ignore_file_size_signal();
  EXPECT_EQ(std::signal(SIGXFSZ, [](int) {}), SIG_IGN);
  ignore_file_size_signal();
  EXPECT_NE(std::signal(SIGXFSZ, before), SIG_IGN);
}

TEST(PlainText, KeepsTextAndDropsWhatActs) {
  EXPECT_EQ(plain("Größe 模型 \xf0\x9f\x98\x80 =a,b"), "Größe 模型 \xf0\x9f\x98\x80 =a,b");
  EXPECT_EQ(plain(std::string_view("a\0b\x1b[2J\x7f\r\n\t", 11)), "a b [2J    ");
  EXPECT_EQ(plain("\xc2\x9b"
                  "31m\xe2\x80\xae\xe2\x81\xa9\xe2\x80\xa8"),
            " 31m   ");
  for (const char* broken : {"\xff", "\xc0", "\x80", "\xe2", "\xf5"}) {
    EXPECT_EQ(plain(broken), "\xef\xbf\xbd") << broken;
  }
  EXPECT_EQ(plain("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // a surrogate
  EXPECT_EQ(plain("abcdef", 3), "abc...");
  EXPECT_EQ(plain("abc", 3), "abc");
}

}  // namespace
}  // namespace paretune::results
