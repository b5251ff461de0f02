// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paretune::devices {

/// Compiled device programs on disk, one file per key. Holds code that will be executed, so a
/// folder that another user owns or may write to is not used. Never throws: without a folder it is
/// empty.
class BinaryCache {
 public:
  /// Folder: $PARETUNE_CACHE_DIR, else $XDG_CACHE_HOME/paretune, else ~/.cache/paretune; created
  /// with mode 0700.
  static BinaryCache from_environment();
  /// An empty path disables the cache.
  explicit BinaryCache(std::filesystem::path folder);

  /// Content key of everything the parts say: SHA-256, 64 hex digits.
  static std::string key(const std::vector<std::string_view>& parts);

  /// nullopt when absent, unreadable or damaged (each file carries a digest of its content).
  std::optional<std::vector<unsigned char>> load(const std::string& key) const;
  /// Written to a temporary name and renamed, so readers never see half a file. Failing is silent:
  /// the next run compiles again.
  void store(const std::string& key, const std::vector<unsigned char>& binary) const;

  /// "" when nothing is kept; refusal() says why.
  const std::filesystem::path& folder() const { return folder_; }
  /// Why a folder that was named is not used, as one sentence; "" when it is used, or none was
  /// named.
  const std::string& refusal() const { return refusal_; }

 private:
  std::filesystem::path folder_;
  std::string refusal_;
};

}  // namespace paretune::devices
