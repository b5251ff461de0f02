// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace paretune::model {

/// Named integer knobs of a kernel (tile sizes ...), ordered by name.
using Knobs = std::map<std::string, std::int64_t>;

/// "bm=64,bn=32"; "" for none. Canonical.
std::string to_text(const Knobs& knobs);
/// Inverse of to_text; throws InvalidModel.
Knobs knobs_from_text(std::string_view text);

/// What was chosen for one layer.
struct LayerChoice {
  std::string scheme;  ///< name in model/quant/list.cpp; "" for layers no scheme applies to
  std::string device = "cpu";
  std::string kernel;  ///< name in kernels/*/list.cpp
  Knobs knobs;
  friend bool operator==(const LayerChoice&, const LayerChoice&) = default;
};

/// One whole-model configuration: a choice per layer id, and globals (seam A).
struct Candidate {
  std::map<std::string, LayerChoice> layers;
  int threads = 1;
  int batch = 1;
  std::string runtime = "paretune";

  /// Canonical compact JSON; equal candidates give equal text.
  std::string json() const;
  /// Throws InvalidModel with the reason.
  static Candidate from_json(std::string_view text);
  /// SHA-256 of json(), 64 hex digits. Independent of machine, time and study.
  std::string hash() const;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// SHA-256 of bytes as 64 lower-case hex digits.
std::string sha256(std::string_view bytes);

}  // namespace paretune::model
