// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>

#include "results/plain_text.h"
#include "results/report.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

namespace fs = std::filesystem;
using testing::Scratch;

/// A quarter of them without PARETUNE_LONG_TESTS=1.
int damaged_files() { return std::getenv("PARETUNE_LONG_TESTS") != nullptr ? 300 : 75; }

constexpr unsigned longest_seconds = 45;  ///< for one file: a hang ends by SIGALRM

/// How a child ends: what it did, or a signal.
enum Ending { worked = 0, refused = 1, wrong = 2 };

/// Runs hostile.py; the names of its databases.
std::vector<std::string> make_files(const fs::path& folder, int damaged) {
  const std::string command = std::string(PARETUNE_PYTHON) +
                              " -B " PARETUNE_SOURCE_DIR
                              "/tests/results/hostile.py " PARETUNE_SOURCE_DIR
                              "/tests/results/data/v2.db " +
                              folder.string() + " --damaged " + std::to_string(damaged);
  std::vector<std::string> names;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 200> line{};
  while (pipe != nullptr && fgets(line.data(), line.size(), pipe) != nullptr) {
    names.emplace_back(line.data());
    names.back().pop_back();
  }
  EXPECT_EQ(pclose(pipe), 0);
  return names;
}

/// A refusal must be one short printable sentence.
void check_sentence(const std::string& text) {
  if (text.size() > 20 && text.size() < 800 && plain(text) == text) return;
  throw std::runtime_error("not a sentence: " + text);
}

/// Reads may be refused one by one; anything but a StoreError goes up.
void attempt(const std::function<void()>& read) {
  try {
    read();
  } catch (const StoreError& error) {
    check_sentence(error.what());
  }
}

void check_printable(const std::string& text) {
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (plain(line) != line) throw std::runtime_error("not printable: " + line);
  }
}

void read_candidates(const Store& store, std::int64_t study) {
  const std::vector<CandidateRow> rows = store.candidates(study);
  check_printable(csv(rows));
  check_printable(front_table(rows));
  check_printable(best_per_device(rows));
  check_printable(front_json(rows));
  for (const CandidateRow& row : rows) {
    attempt([&] { store.find_candidate(row.id); });
    attempt([&] { store.latest_evaluation(row.id); });
    attempt([&] { store.latest_evaluation(row.id, 1); });
  }
}

void read_session(const Store& store, const SessionRow& session) {
  attempt([&] { read_candidates(store, session.study_id); });
  attempt([&] { store.last_session(session.study_id); });
  attempt([&] { store.comparisons(session.study_id); });
  attempt([&] { store.canaries(session.id); });
  attempt([&] { store.layers_json(session.study_id); });
  attempt([&] { store.config_json(session.study_id); });
  attempt([&] { store.find_accuracy(session.study_id, "numerics-0", "select"); });
}

void read_everything(const Store& store) {
  attempt([&] {
    for (const SessionRow& session : store.sessions()) read_session(store, session);
  });
  attempt([&] { store.candidates(); });
  attempt([&] {
    for (const KernelRecord& row : store.kernels("", "")) attempt([&] { store.find_kernel(row); });
  });
  attempt([&] { store.quarantined(); });
  attempt([&] { store.find_quarantine("key"); });
  attempt([&] { store.data_version(); });
  attempt([&] {
    for (const std::string& fault : store.verify()) check_sentence(fault);
  });
}

void write_something(Store& store) {
  attempt([&] {
    const testing::Rows rows = testing::add_rows(store);
    const auto id = store.candidate(rows.study, testing::candidate_on("cpu"), "a=1", "seed");
    const auto evaluation =
        store.record(testing::success(rows, id, {testing::exact("latency_p50_ms", 1)}));
    store.invalidate(rows.session, evaluation - 1, 0, "why");
    store.quarantine({"k", "what", "cpu", "driver", 2, "reason", ""});
    store.release_quarantine("k");
  });
}

/// In a child: opens and walks through the file both ways.
Ending walk(const fs::path& file) {
  Ending ending = worked;
  try {
    for (const Store::Mode mode : {Store::Mode::read_only, Store::Mode::read_write}) {
      try {
        Store store(file, mode);
        read_everything(store);
        if (mode == Store::Mode::read_write) write_something(store);
      } catch (const StoreError& error) {
        check_sentence(error.what());
        if (std::string(error.what()).find(file.string()) == std::string::npos) return wrong;
        ending = refused;
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), error.what());
    return wrong;
  }
  return ending;
}

/// The child's status.
int walk_apart(const fs::path& file) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(longest_seconds);
    _exit(walk(file));
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

TEST(Hostile, FilesAreReadOrRefusedWithASentence) {
  const Scratch scratch;
  const std::vector<std::string> names = make_files(scratch.folder(), damaged_files());
  ASSERT_GE(names.size(), static_cast<std::size_t>(damaged_files() + 35));
  const std::set<std::string> harmless = {"hostile-endless_view.db", "hostile-billion_rows.db",
                                          "hostile-series_view.db", "hostile-extension_view.db"};
  int refusals = 0;
  for (const std::string& name : names) {
    const int status = walk_apart(scratch.file(name));
    ASSERT_TRUE(WIFEXITED(status)) << name << " signal " << WTERMSIG(status);
    ASSERT_NE(WEXITSTATUS(status), wrong) << name;
    refusals += WEXITSTATUS(status) == refused ? 1 : 0;
    if (harmless.contains(name)) {
      EXPECT_EQ(WEXITSTATUS(status), worked) << name;
    }
  }
  EXPECT_GT(refusals, damaged_files() / 3);
  for (const auto& entry : fs::directory_iterator(scratch.folder())) {
    EXPECT_EQ(entry.path().filename().string().find("evil"), std::string::npos);
  }
}

/// Foreign things in a schema are refused by name, whoever opens.
TEST(Hostile, StrangersInTheSchemaAreRefused) {
  const Scratch scratch;
  make_files(scratch.folder(), 0);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"trigger", "trigger 't'"},       {"view_trigger", "trigger 't'"},
      {"extra_view", "view 'v_mine'"},  {"self_view", "view 'v_other'"},
      {"generated", "candidate"},       {"check", "'evaluation'"},
      {"default", "'session'"},         {"cycle", "'model'"},
      {"rowid_trick", "'metric'"},      {"unstrict", "'machine'"},
      {"expression_index", "'evil'"},   {"full_text", "'notes'"},
      {"pages_module", "'pages'"},      {"no_module", "'v_extra'"},
      {"statistics", "'sqlite_stat1'"}, {"missing_columns", "'artifact'"},
      {"table_as_view", "'canary'"},    {"quoted_name", "DROP TABLE"},
      {"many_objects", "'t0'"},         {"shared_root", "damaged"},
      {"schema_as_table", "damaged"},   {"version", "schema version"}};
  for (const auto& [name, words] : cases) {
    for (const Store::Mode mode : {Store::Mode::read_only, Store::Mode::read_write}) {
      try {
        const Store store(scratch.file("hostile-" + name + ".db"), mode);
        ADD_FAILURE() << name << " was opened";
      } catch (const StoreError& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr(words)) << name;
      }
    }
  }
}

}  // namespace
}  // namespace paretune::results
