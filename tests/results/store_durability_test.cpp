// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "results/store.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

using testing::add_rows;
using testing::candidate_on;
using testing::exact;
using testing::Rows;
using testing::Scratch;
using testing::success;

/// In the child: evaluation after evaluation; each id goes into the pipe once record() returned.
[[noreturn]] void write_for_ever(const std::filesystem::path& file, int acknowledge) {
  try {
    Store store(file);
    const Rows rows = add_rows(store);
    const auto candidate = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
    while (true) {
      EvaluationRecord evaluation = success(rows, candidate, {exact("latency_p50_ms", 1)});
      evaluation.measurement.wall_ns.assign(200, 12345);
      const std::int64_t id = store.record(evaluation);
      if (write(acknowledge, &id, sizeof id) != sizeof id) break;
    }
  } catch (const std::exception&) {
  }
  _exit(3);
}

/// Rows with every part of the transaction: metric and samples.
std::set<std::int64_t> complete_rows(const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM evaluation").getInt(),
            database
                .execAndGet("SELECT count(*) FROM evaluation e JOIN metric m ON "
                            "m.evaluation_id = e.id JOIN samples s ON s.evaluation_id = e.id")
                .getInt());
  std::set<std::int64_t> ids;
  SQLite::Statement query(database, "SELECT id FROM evaluation");
  while (query.executeStep()) ids.insert(query.getColumn(0).getInt64());
  return ids;
}

TEST(StoreDurability, KilledWriterLosesNoAcknowledgedRow) {
  const Scratch scratch;
  std::mt19937 engine(1);
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      write_for_ever(scratch.file(), ends[1]);
    }
    close(ends[1]);
    // Wait for a few rows, so that the kill lands among writes however slow the machine is.
    std::int64_t id = 0;
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(read(ends[0], &id, sizeof id), static_cast<ssize_t>(sizeof id));
      acknowledged.insert(id);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(engine() % 30000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    while (read(ends[0], &id, sizeof id) == static_cast<ssize_t>(sizeof id))
      acknowledged.insert(id);
    close(ends[0]);
    const std::set<std::int64_t> stored = complete_rows(scratch.file());
    for (const std::int64_t wanted : acknowledged) ASSERT_TRUE(stored.contains(wanted)) << wanted;
  }
  EXPECT_GE(acknowledged.size(), 36U);
  Store store(scratch.file());
  EXPECT_EQ(store.candidates().size(), 1U);
}

/// In the child: write until the file may not grow. 0: StoreError came, and what it said named the
/// file.
int write_until_full(const std::filesystem::path& file, rlim_t limit, std::int64_t& last) {
  std::signal(SIGXFSZ, SIG_IGN);
  Store store(file);
  const Rows rows = add_rows(store);
  const auto candidate = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  const rlimit size{limit, limit};
  setrlimit(RLIMIT_FSIZE, &size);
  try {
    for (int i = 0; i < 10000; ++i) {
      EvaluationRecord evaluation = success(rows, candidate, {exact("latency_p50_ms", 1)});
      evaluation.measurement.wall_ns.assign(2000, 12345);
      last = store.record(evaluation);
    }
  } catch (const StoreError& error) {
    const std::string text = error.what();
    const bool named = text.find(file.string()) != std::string::npos;
    const bool advice = text.find("free some space") != std::string::npos;
    // What is there can still be read by the same store.
    return named && advice && store.candidates(rows.study).size() == 1 ? 0 : 5;
  }
  return 4;
}

TEST(StoreDurability, FullDiskIsAStoreErrorAndEarlierRowsStay) {
  const Scratch scratch;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::int64_t last = 0;
    int code = 6;
    try {
      code = write_until_full(scratch.file(), 600 * 1024, last);
    } catch (const std::exception&) {
    }
    if (write(ends[1], &last, sizeof last) != sizeof last) code = 7;
    _exit(code);
  }
  close(ends[1]);
  std::int64_t last = 0;
  ASSERT_EQ(read(ends[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_GT(last, 5);
  const std::set<std::int64_t> stored = complete_rows(scratch.file());
  EXPECT_EQ(stored.size(), static_cast<std::size_t>(last));  // all acknowledged, no half one
  // With room again the file goes on.
  Store store(scratch.file());
  const Rows rows = add_rows(store);
  const auto candidate = store.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  EXPECT_GT(store.record(success(rows, candidate, {exact("latency_p50_ms", 1)})), last);
}

TEST(StoreDurability, ReaderSeesCommitsWhileTheWriterIsOpen) {
  const Scratch scratch;
  Store writer(scratch.file());
  const Rows rows = add_rows(writer);
  const Store reader(scratch.file(), Store::Mode::read_only);
  EXPECT_TRUE(reader.candidates().empty());
  const auto candidate = writer.candidate(rows.study, candidate_on("cpu"), "a=1", "seed");
  for (int i = 1; i <= 5; ++i) {
    const std::int64_t before = reader.data_version();
    EXPECT_EQ(reader.data_version(), before);
    writer.record(success(rows, candidate, {exact("latency_p50_ms", i)}));
    EXPECT_NE(reader.data_version(), before);
    ASSERT_EQ(reader.candidates().size(), 1U);
    EXPECT_EQ(reader.candidates().front().metrics.at("latency_p50_ms").value, i);
  }
}

TEST(StoreDurability, ReaderAndWriterThreadsDoNotDisturbEachOther) {
  const Scratch scratch;
  Store writer(scratch.file());
  const Rows rows = add_rows(writer);
  constexpr int count = 60;
  std::thread thread([&] {
    for (int i = 0; i < count; ++i) {
      const auto id = writer.candidate(rows.study, candidate_on("cpu"), std::to_string(i), "seed");
      writer.record(success(rows, id, {exact("latency_p50_ms", i + 1)}));
    }
  });
  const Store reader(scratch.file(), Store::Mode::read_only);
  std::size_t seen = 0;
  while (seen < count) {
    const std::vector<CandidateRow> read = reader.candidates();
    ASSERT_GE(read.size(), seen);
    seen = read.size();
    for (const CandidateRow& row : read) ASSERT_EQ(row.metrics.size(), 1U);
  }
  thread.join();
}

TEST(StoreDurability, TwoProcessesCreateOneDatabase) {
  const Scratch scratch;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        Store store(scratch.file());
        add_rows(store);
        _exit(0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(Store(scratch.file()).sessions().size(), 6U);
}

}  // namespace
}  // namespace paretune::results
