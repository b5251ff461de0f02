// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/study.h"
#include "results/store.h"

namespace paretune::harness {

struct ExportResult {
  std::filesystem::path folder;
  std::string sha256;  ///< of tuned.json
  double max_error =
      0;  ///< re-loaded package against the plan that was measured, on the golden inputs
  std::string summary;  ///< one sentence for the terminal
};

/// Writes candidate `candidate_id` as a package, loads it again, runs its self test and records the
/// artifact. Refuses candidates whose evaluation is not ok. Throws ConfigError,
/// runtime::PackageError, results::StoreError.
ExportResult export_package(const Study& study, results::Store& store, std::int64_t candidate_id,
                            const std::filesystem::path& folder);

/// Runs a package's golden inputs; "" when all outputs are within its tolerance, else one sentence.
std::string self_test(const std::filesystem::path& folder);

}  // namespace paretune::harness
