// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/candidate.h"
#include "model/tensor.h"
#include "runtime/model.h"

namespace paretune::runtime {

/// A package that cannot be trusted or read: missing or changed file, unknown schema version. One
/// sentence (exit code 2).
class PackageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An exported configuration, loaded and checked: every file's SHA-256 equals the manifest in
/// tuned.json, and tuned.json's own hash stands in its `self` field.
struct Package {
  std::filesystem::path folder;
  LoadedModel model;
  model::Candidate candidate;
  std::vector<std::vector<model::Tensor>> golden_inputs;  ///< one list per golden case
  std::vector<std::vector<model::Tensor>> golden_outputs;
  double tolerance_absolute = 0, tolerance_relative = 0;  ///< for golden outputs
};

/// Layout: model.onnx, tuned.json, evidence.json, golden/<case>/input_K.pb,
/// golden/<case>/output_K.pb. Throws PackageError.
Package load_package(const std::filesystem::path& folder);
/// SHA-256 of the package's tuned.json, which covers every other file. Throws PackageError.
std::string package_hash(const std::filesystem::path& folder);

/// What goes into a package; write_package computes hashes and writes tuned.json last.
struct PackageContents {
  std::string onnx;  ///< bytes of model.onnx
  model::Candidate candidate;
  std::string evidence_json;
  std::map<std::string, std::int64_t> dims;  ///< what free dimensions were bound to
  std::vector<std::vector<model::Tensor>> golden_inputs, golden_outputs;
  double tolerance_absolute = 0, tolerance_relative = 0;
};
/// Writes into a temporary folder beside `folder` and renames it; refuses an existing non-package
/// folder. Throws PackageError.
void write_package(const PackageContents& contents, const std::filesystem::path& folder);

}  // namespace paretune::runtime
