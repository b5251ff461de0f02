// SPDX-License-Identifier: Apache-2.0
#include "tests/model/python.h"

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace paretune::model {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  result += '\'';
  return result;
}

}  // namespace

void run_python(const std::string& script, const std::vector<std::string>& arguments) {
  const std::string file = std::string(PARETUNE_SOURCE_DIR) + "/tests/model/" + script;
  std::string command = quoted(PARETUNE_PYTHON);
  command += " -W ignore " + quoted(file);
  for (const auto& argument : arguments) command += ' ' + quoted(argument);
  command += " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + command);
  std::string output;
  char buffer[4096];
  while (fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  if (pclose(pipe) != 0) throw std::runtime_error(command + " failed:\n" + output);
}

std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder = std::filesystem::path(PARETUNE_BUILD_DIR) / "tests" / "model_data" / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace paretune::model
