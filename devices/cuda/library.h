// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace paretune::devices {

/// A shared library opened while the program runs; stays loaded for as long as the object lives.
class Library {
 public:
  /// The first of `names` ("libnvrtc.so.12") that can be opened: in the folders of
  /// $PARETUNE_CUDA_LIBRARY_PATH (separated by colons), where the system's loader looks, then in
  /// cuda_folders(). None of them: the object is empty and why() says what was tried.
  explicit Library(const std::vector<std::string>& names);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  explicit operator bool() const { return handle_ != nullptr; }
  /// "libnvrtc.so.12 not found", or the loader's own words when a file is there and broken.
  const std::string& why() const { return why_; }
  /// The name or path it was opened by.
  const std::string& path() const { return path_; }

  /// The function of that name; nullptr when the library is empty or has none.
  template <typename Function>
  Function find(const char* name) const {
    return reinterpret_cast<Function>(symbol(name));
  }

 private:
  bool open(const std::string& path);
  void* symbol(const char* name) const;

  void* handle_ = nullptr;
  std::string path_, why_;
};

/// Where the toolkit's libraries may lie besides the loader's own places: the nvidia/*/lib folders
/// of the Python environment known at configure time and of $VIRTUAL_ENV, /usr/local/cuda/lib64.
std::vector<std::filesystem::path> cuda_folders();

}  // namespace paretune::devices
