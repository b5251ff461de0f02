// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "results/schema.h"
#include "results/store.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

namespace fs = std::filesystem;
using testing::add_rows;
using ::testing::HasSubstr;
using testing::Scratch;

/// The message of the StoreError that opening gives; it must name the file and be one line.
std::string refusal(const fs::path& file, Store::Mode mode = Store::Mode::read_write) {
  try {
    Store store(file, mode);
  } catch (const StoreError& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr(file.string()));
    EXPECT_EQ(text.find('\n'), std::string::npos);
    return text;
  }
  ADD_FAILURE() << file << " was opened";
  return "";
}

/// Permissions mean nothing to root: be somebody else for a while.
class NotRoot {
 public:
  NotRoot() : was_root_(geteuid() == 0) {
    if (was_root_ && seteuid(65534) != 0) throw std::runtime_error("cannot leave root");
  }
  ~NotRoot() {
    if (was_root_ && seteuid(0) != 0) std::abort();
  }
  NotRoot(const NotRoot&) = delete;
  NotRoot& operator=(const NotRoot&) = delete;

 private:
  bool was_root_;
};

std::int64_t pragma(const fs::path& file, const std::string& name) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
  return database.execAndGet("PRAGMA " + name).getInt64();
}

TEST(StoreOpen, MarksTheFileAsOurs) {
  const Scratch scratch;
  add_rows(*std::make_unique<Store>(scratch.file()));
  EXPECT_EQ(pragma(scratch.file(), "application_id"), application_id);
  EXPECT_EQ(pragma(scratch.file(), "user_version"), schema_version);
  SQLite::Database database(scratch.file().string(), SQLite::OPEN_READONLY);
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
}

TEST(StoreOpen, TakesAnEmptyFileAndAStrangeName) {
  const Scratch scratch;
  for (const char* name : {"empty", "a b'c?d#e%41.db", "\xc3\xa9.db"}) {
    std::ofstream(scratch.file(name)).flush();
    add_rows(*std::make_unique<Store>(scratch.file(name)));
    EXPECT_EQ(Store(scratch.file(name), Store::Mode::read_only).sessions().size(), 1U) << name;
    EXPECT_TRUE(fs::exists(scratch.file(name)));
  }
}

TEST(StoreOpen, RefusesWhatIsNotThere) {
  const Scratch scratch;
  EXPECT_THAT(refusal(scratch.file("none/results.db")), HasSubstr("does not exist"));
  EXPECT_THAT(refusal(scratch.file(), Store::Mode::read_only), HasSubstr("does not exist"));
  EXPECT_FALSE(fs::exists(scratch.file()));
  EXPECT_THAT(refusal(scratch.folder()), HasSubstr("not a file"));
  std::ofstream(scratch.file("empty")).flush();
  EXPECT_THAT(refusal(scratch.file("empty"), Store::Mode::read_only), HasSubstr("empty"));
}

TEST(StoreOpen, RefusesOtherFilesAndLeavesThemAlone) {
  const Scratch scratch;
  const std::string text = "model: resnet8.onnx\nobjectives: [latency, memory, accuracy]\n";
  std::ofstream(scratch.file("config.yaml")) << text;
  EXPECT_THAT(refusal(scratch.file("config.yaml")), HasSubstr("not an SQLite file"));
  EXPECT_THAT(refusal(scratch.file("config.yaml"), Store::Mode::read_only),
              HasSubstr("not an SQLite file"));
  std::ifstream stream(scratch.file("config.yaml"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), text);
}

TEST(StoreOpen, RefusesOtherDatabases) {
  const Scratch scratch;
  for (const char* statement : {"PRAGMA application_id = 5", "CREATE TABLE t (x)"}) {
    const fs::path file = scratch.file(statement[0] == 'P' ? "a.db" : "b.db");
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec(std::string(statement));
    EXPECT_THAT(refusal(file), HasSubstr("another program"));
    EXPECT_THAT(refusal(file, Store::Mode::read_only), HasSubstr("another program"));
    SQLite::Database after(file.string(), SQLite::OPEN_READONLY);
    EXPECT_EQ(after.execAndGet("PRAGMA journal_mode").getString(), "delete");
  }
}

TEST(StoreOpen, RefusesANewerSchema) {
  const Scratch scratch;
  add_rows(*std::make_unique<Store>(scratch.file()));
  SQLite::Database(scratch.file().string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 9");
  EXPECT_THAT(refusal(scratch.file()), HasSubstr("version 9"));
  EXPECT_THAT(refusal(scratch.file(), Store::Mode::read_only), HasSubstr("version 9"));
}

TEST(StoreOpen, RefusesADamagedFile) {
  const Scratch scratch;
  {
    Store store(scratch.file());
    const testing::Rows rows = add_rows(store);
    for (int i = 0; i < 300; ++i) {
      store.candidate(rows.study, testing::candidate_on("cpu"), std::to_string(i), "seed");
    }
  }
  std::fstream stream(scratch.file(), std::ios::in | std::ios::out | std::ios::binary);
  const auto size = static_cast<std::streamoff>(fs::file_size(scratch.file()));
  std::mt19937 engine(1);
  for (std::streamoff at = 8192; at < size; at += 512) {  // the header and schema pages stay
    stream.seekp(at);
    stream.put(static_cast<char>(engine()));
    stream.put(static_cast<char>(engine()));
  }
  stream.close();
  EXPECT_THAT(refusal(scratch.file()), HasSubstr("damaged"));
  EXPECT_THAT(refusal(scratch.file(), Store::Mode::read_only), HasSubstr("damaged"));
}

TEST(StoreOpen, RefusesATruncatedFile) {
  const Scratch scratch;
  add_rows(*std::make_unique<Store>(scratch.file()));
  fs::resize_file(scratch.file(), fs::file_size(scratch.file()) / 2);
  EXPECT_THAT(refusal(scratch.file()), HasSubstr("damaged"));
}

TEST(StoreOpen, RefusesWhatCannotBeWritten) {
  const Scratch scratch;
  fs::permissions(scratch.folder(), fs::perms(0755));
  add_rows(*std::make_unique<Store>(scratch.file()));
  fs::permissions(scratch.file(), fs::perms(0444));
  const NotRoot nobody;
  if (geteuid() != 65534) fs::permissions(scratch.folder(), fs::perms(0555));
  EXPECT_THAT(refusal(scratch.file()), HasSubstr("read-only"));
  EXPECT_THAT(refusal(scratch.file("new.db")), HasSubstr("cannot be written"));
}

TEST(StoreOpen, ReadsFromAFolderThatCannotBeWritten) {
  const Scratch scratch;
  fs::permissions(scratch.folder(), fs::perms(0755));
  add_rows(*std::make_unique<Store>(scratch.file("a?b#c%20.db")));
  fs::permissions(scratch.file("a?b#c%20.db"), fs::perms(0444));
  if (geteuid() != 0) fs::permissions(scratch.folder(), fs::perms(0555));
  const NotRoot nobody;
  EXPECT_EQ(Store(scratch.file("a?b#c%20.db"), Store::Mode::read_only).sessions().size(), 1U);
  if (geteuid() != 65534) fs::permissions(scratch.folder(), fs::perms(0755));
}

TEST(StoreOpen, ViewsOfAnotherProgramVersionAreMadeAnew) {
  const Scratch scratch;
  add_rows(*std::make_unique<Store>(scratch.file()));
  SQLite::Database(scratch.file().string(), SQLite::OPEN_READWRITE)
      .exec(
          "DROP VIEW v_front; DROP VIEW v_candidates; CREATE VIEW v_candidates AS SELECT 1 AS id");
  const Store store(scratch.file());
  SQLite::Database database(scratch.file().string(), SQLite::OPEN_READONLY);
  EXPECT_EQ(database.execAndGet("SELECT count(latency_p50_ms) FROM v_candidates").getInt(), 0);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM v_front").getInt(), 0);
}

}  // namespace
}  // namespace paretune::results
