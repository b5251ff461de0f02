// SPDX-License-Identifier: Apache-2.0
#include "devices/binary_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <vector>

namespace paretune::devices {
namespace {

namespace fs = std::filesystem;

TEST(BinaryCache, FolderIsPrivateAndEntriesAreChecked) {
  const fs::path folder = fs::path(PARETUNE_BUILD_DIR) / "binary-cache-test";
  fs::remove_all(folder);
  const BinaryCache cache(folder);
  struct stat status {};
  ASSERT_EQ(::stat(folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  const std::vector<unsigned char> binary = {1, 2, 3, 0, 255};
  const auto key = BinaryCache::key({"a", "bc"});
  EXPECT_NE(key, BinaryCache::key({"ab", "c"}));
  EXPECT_FALSE(cache.load(key));
  cache.store(key, binary);
  EXPECT_EQ(cache.load(key), binary);
  std::fstream(folder / (key + ".bin"), std::ios::in | std::ios::out).seekp(66).put('x');
  EXPECT_FALSE(cache.load(key)) << "a changed file must not be executed";
}

TEST(BinaryCache, AFolderOthersMayWriteToIsNotUsed) {
  const fs::path folder = fs::path(PARETUNE_BUILD_DIR) / "binary-cache-open";
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::all);
  const BinaryCache cache(folder);
  EXPECT_TRUE(cache.folder().empty());
  cache.store("key", {1});
  EXPECT_TRUE(fs::is_empty(folder));
  fs::remove_all(folder);
  EXPECT_FALSE(BinaryCache("").load("key"));
}

}  // namespace
}  // namespace paretune::devices
