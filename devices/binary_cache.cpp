// SPDX-License-Identifier: Apache-2.0
#include "devices/binary_cache.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

namespace paretune::devices {
namespace {

constexpr std::size_t digest_hex_digits = 64;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void add(const void* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string digest(const std::vector<unsigned char>& bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return hash.hex();
}

std::filesystem::path folder_from_environment() {
  const auto set = [](const char* name) -> const char* {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : nullptr;
  };
  if (const char* own = set("PARETUNE_CACHE_DIR")) return own;
  if (const char* xdg = set("XDG_CACHE_HOME")) return std::filesystem::path(xdg) / "paretune";
  if (const char* home = set("HOME")) return std::filesystem::path(home) / ".cache" / "paretune";
  return {};
}

/// "" when only this user can put files there.
std::string objection(const std::filesystem::path& folder) {
  struct stat status {};
  const auto say = [&](const std::string& what) {
    return fmt::format("compiled kernels are not kept: '{}' {}", folder.string(), what);
  };
  if (::lstat(folder.c_str(), &status) != 0) return say("cannot be made");
  if (!S_ISDIR(status.st_mode)) return say("is not a folder");
  if (status.st_uid != ::geteuid()) {
    return say(fmt::format("belongs to user {}, not to you ({})", status.st_uid, ::geteuid()));
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return say("may be written by other users");
  return "";
}

}  // namespace

BinaryCache BinaryCache::from_environment() { return BinaryCache(folder_from_environment()); }

BinaryCache::BinaryCache(std::filesystem::path folder) {
  if (folder.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(folder.parent_path(), ignored);
  ::mkdir(folder.c_str(), S_IRWXU);
  refusal_ = objection(folder);
  if (refusal_.empty()) folder_ = std::move(folder);
}

std::string BinaryCache::key(const std::vector<std::string_view>& parts) {
  Sha256 hash;
  for (const auto part : parts) {
    const auto length = fmt::format("{}:", part.size());  // "ab","c" must differ from "a","bc"
    hash.add(length.data(), length.size());
    hash.add(part.data(), part.size());
  }
  return hash.hex();
}

std::optional<std::vector<unsigned char>> BinaryCache::load(const std::string& key) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream file(folder_ / (key + ".bin"), std::ios::binary);
  std::string expected(digest_hex_digits, '\0');
  if (!file.read(expected.data(), static_cast<std::streamsize>(expected.size()))) return {};
  std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty() || digest(bytes) != expected) return std::nullopt;
  return bytes;
}

void BinaryCache::store(const std::string& key, const std::vector<unsigned char>& binary) const {
  if (folder_.empty() || binary.empty()) return;
  const auto temporary = folder_ / fmt::format("{}.{}.tmp", key, ::getpid());
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << digest(binary);
    file.write(reinterpret_cast<const char*>(binary.data()),
               static_cast<std::streamsize>(binary.size()));
    if (!file.flush()) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      return;
    }
  }
  std::error_code failed;
  std::filesystem::rename(temporary, folder_ / (key + ".bin"), failed);
  if (failed) std::filesystem::remove(temporary, failed);
}

}  // namespace paretune::devices
