// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace paretune::model {

/// One line of a case folder's cases.txt (case_folder.py): a model with inputs and the outputs
/// somebody else computed.
struct Case {
  std::string name;
  std::filesystem::path folder;
  double rtol = 0;
  double atol = 0;
  bool low_bit = false;  ///< an input or output has less than 8 bits or an 8-bit floating type
  std::vector<std::string> operators;
};

/// What became of a case.
struct Outcome {
  std::string failure;    ///< "" when outputs and inferred shapes agree
  bool inferred = false;  ///< shapes were inferred from the inputs' types and shapes alone
};

/// The cases of a folder by name; throws std::runtime_error when there is no list.
std::vector<Case> cases_of(const std::filesystem::path& folder);

/// Evaluates the case node by node and compares with its outputs: integers and bool exactly,
/// floating types within the case's tolerances as onnx.backend.test.runner does. Where shapes can
/// be inferred beforehand, with the inputs' dimensions known or free, they must agree with what was
/// computed. Throws nothing that comes from the model.
Outcome run(const Case& test);

}  // namespace paretune::model
