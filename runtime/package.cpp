// SPDX-License-Identifier: Apache-2.0
#include "runtime/package.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/onnx/reader.h"
#include "model/onnx/writer.h"

namespace paretune::runtime {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kPackageVersion = 1;

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file)) {
    throw PackageError(fmt::format(
        "{}: the package's file is missing or unreadable; export it again", file.string()));
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const fs::path& file, std::string_view bytes) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) {
    throw PackageError(
        fmt::format("{}: cannot be written; check the folder and free space", file.string()));
  }
}

/// tuned.json carries its own SHA-256 in this field; the hash is taken over the file's bytes with
/// the field's 64 digits replaced by zeros, so that every byte counts.
constexpr std::string_view kSelfField = R"("self": ")";
constexpr std::size_t kHashDigits = 64;

/// Position of the hash's first digit, or npos when the field is missing or cut short.
std::size_t self_position(const std::string& text) {
  const std::size_t field = text.rfind(kSelfField);
  if (field == std::string::npos) return field;
  const std::size_t start = field + kSelfField.size();
  return start + kHashDigits <= text.size() ? start : std::string::npos;
}

std::string self_hash(std::string text, std::size_t position) {
  return model::sha256(text.replace(position, kHashDigits, kHashDigits, '0'));
}

fs::path golden_file(std::size_t index, const char* kind, std::size_t k) {
  return fs::path("golden") / std::to_string(index) / fmt::format("{}_{}.pb", kind, k);
}

std::vector<model::Tensor> read_golden(const fs::path& folder, const json& files, std::size_t index,
                                       const char* kind) {
  std::vector<model::Tensor> tensors;
  for (std::size_t k = 0; files.contains(golden_file(index, kind, k).string()); ++k) {
    tensors.push_back(model::read_tensor(folder / golden_file(index, kind, k)));
  }
  return tensors;
}

json parse_tuned(const fs::path& folder) {
  const fs::path file = folder / "tuned.json";
  const std::string text = read_bytes(file);
  const std::size_t position = self_position(text);
  json tuned = json::parse(text, nullptr, false);
  if (position == std::string::npos || tuned.is_discarded() ||
      text.substr(position, kHashDigits) != self_hash(text, position)) {
    throw PackageError(fmt::format(
        "{}: was changed after export (its own SHA-256 does not match); export it again",
        file.string()));
  }
  if (tuned.value("schema_version", 0) != kPackageVersion) {
    throw PackageError(fmt::format("{}: schema version {} is not supported, this program reads {}",
                                   file.string(), tuned.value("schema_version", 0),
                                   kPackageVersion));
  }
  return tuned;
}

void check_files(const fs::path& folder, const json& files) {
  for (const auto& [name, hash] : files.items()) {
    if (model::sha256(read_bytes(folder / name)) != hash.get<std::string>()) {
      throw PackageError(fmt::format(
          "{}: was changed after export (SHA-256 does not match tuned.json); export it again",
          (folder / name).string()));
    }
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    if (entry.is_regular_file() && name != "tuned.json" && !files.contains(name)) {
      throw PackageError(fmt::format("{}: is not part of the package; remove it or export again",
                                     entry.path().string()));
    }
  }
}

}  // namespace

std::string package_hash(const fs::path& folder) {
  return model::sha256(read_bytes(folder / "tuned.json"));
}

Package load_package(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw PackageError(fmt::format("{}: there is no package folder here", folder.string()));
  }
  const json tuned = parse_tuned(folder);
  const json& files = tuned.at("files");
  check_files(folder, files);
  Package package;
  package.folder = folder;
  package.candidate = model::Candidate::from_json(tuned.at("candidate").dump());
  package.model =
      load_model(folder / "model.onnx", tuned.value("dims", std::map<std::string, std::int64_t>{}));
  package.tolerance_absolute = tuned.at("tolerance").at("absolute").get<double>();
  package.tolerance_relative = tuned.at("tolerance").at("relative").get<double>();
  for (std::size_t index = 0; files.contains(golden_file(index, "input", 0).string()); ++index) {
    package.golden_inputs.push_back(read_golden(folder, files, index, "input"));
    package.golden_outputs.push_back(read_golden(folder, files, index, "output"));
  }
  return package;
}

namespace {

void write_golden(const PackageContents& contents, const fs::path& folder) {
  for (std::size_t index = 0; index < contents.golden_inputs.size(); ++index) {
    fs::create_directories(folder / "golden" / std::to_string(index));
    const auto write = [&](const std::vector<model::Tensor>& tensors, const char* kind) {
      for (std::size_t k = 0; k < tensors.size(); ++k) {
        model::write_tensor(tensors[k], fmt::format("{}_{}", kind, k),
                            folder / golden_file(index, kind, k));
      }
    };
    write(contents.golden_inputs[index], "input");
    write(contents.golden_outputs[index], "output");
  }
}

std::string manifest(const PackageContents& contents, const fs::path& folder) {
  json files = json::object();
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[fs::relative(entry.path(), folder).string()] = model::sha256(read_bytes(entry.path()));
  }
  json tuned = {
      {"schema_version", kPackageVersion},
      {"tool", {{"name", "paretune"}, {"version", PARETUNE_VERSION}}},
      {"candidate", json::parse(contents.candidate.json())},
      {"candidate_hash", contents.candidate.hash()},
      {"dims", contents.dims},
      {"tolerance",
       {{"absolute", contents.tolerance_absolute}, {"relative", contents.tolerance_relative}}},
      {"files", files},
      {"self", std::string(kHashDigits, '0')}};
  std::string text = tuned.dump(2) + "\n";
  const std::size_t position = self_position(text);
  return text.replace(position, kHashDigits, self_hash(text, position));
}

/// Only something we could have written may be replaced.
void check_target(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  const bool empty = fs::is_directory(folder) && fs::is_empty(folder);
  if (!empty && !fs::exists(folder / "tuned.json")) {
    throw PackageError(fmt::format("{}: exists and is no package; choose another folder with --out",
                                   folder.string()));
  }
}

}  // namespace

void write_package(const PackageContents& contents, const fs::path& folder) {
  const fs::path target = fs::absolute(folder).lexically_normal();
  const fs::path clean = target.has_filename() ? target : target.parent_path();
  check_target(clean);
  const fs::path partial = clean.string() + ".partial";
  try {
    fs::remove_all(partial);
    fs::create_directories(partial);
    write_bytes(partial / "model.onnx", contents.onnx);
    write_bytes(partial / "evidence.json", contents.evidence_json);
    write_golden(contents, partial);
    write_bytes(partial / "tuned.json", manifest(contents, partial));
    fs::remove_all(clean);
    fs::rename(partial, clean);
  } catch (const fs::filesystem_error& error) {
    throw PackageError(
        fmt::format("{}: cannot be written ({})", folder.string(), error.code().message()));
  }
}

}  // namespace paretune::runtime
