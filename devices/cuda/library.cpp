// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <system_error>

namespace paretune::devices {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// lib/python3.x/site-packages/nvidia/<part>/lib of a Python environment.
void add_python_folders(const fs::path& environment, std::vector<fs::path>& folders) {
  for (const auto& python : entries(environment / "lib")) {
    for (const auto& part : entries(python / "site-packages" / "nvidia")) {
      std::error_code ignored;
      if (fs::is_directory(part / "lib", ignored)) folders.push_back(part / "lib");
    }
  }
}

std::vector<fs::path> folders_first() {
  std::vector<fs::path> folders;
  std::istringstream list(environment("PARETUNE_CUDA_LIBRARY_PATH"));
  for (std::string folder; std::getline(list, folder, ':');) {
    if (!folder.empty()) folders.emplace_back(folder);
  }
  return folders;
}

}  // namespace

std::vector<fs::path> cuda_folders() {
  std::vector<fs::path> folders;
  if (const auto active = environment("VIRTUAL_ENV"); !active.empty()) {
    add_python_folders(active, folders);
  }
  add_python_folders(PARETUNE_PYTHON_ENVIRONMENT, folders);
  folders.emplace_back("/usr/local/cuda/lib64");
  return folders;
}

Library::Library(const std::vector<std::string>& names) {
  const auto open_in = [&](const std::vector<fs::path>& folders) {
    for (const auto& folder : folders) {
      for (const auto& name : names) {
        std::error_code ignored;
        if (fs::exists(folder / name, ignored) && open(folder / name)) return true;
      }
    }
    return false;
  };
  if (open_in(folders_first())) return;
  for (const auto& name : names) {
    if (open(name)) return;
  }
  // The loader's words for a file that is simply not there say nothing that the names do not.
  if (why_.find("No such file") != std::string::npos) why_.clear();
  if (open_in(cuda_folders())) return;
  if (why_.empty()) why_ = fmt::format("{} not found", fmt::join(names, " or "));
}

Library::~Library() {
  if (handle_ != nullptr) ::dlclose(handle_);
}

bool Library::open(const std::string& path) {
  handle_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    const char* error = ::dlerror();
    why_ = error == nullptr ? "dlopen failed" : error;
    return false;
  }
  path_ = path;
  why_.clear();
  return true;
}

void* Library::symbol(const char* name) const {
  return handle_ == nullptr ? nullptr : ::dlsym(handle_, name);
}

}  // namespace paretune::devices
