// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernels/reference/reference.h"
#include "model/workload.h"

namespace paretune::harness {

/// What kernels of one workload are verified on: random data, and the same with adversarial inputs
/// (extremes_of), each with the reference's answer.
struct KernelCase {
  std::unique_ptr<kernels::TestCase> data;
  std::vector<std::vector<model::Tensor>> inputs;  ///< the random ones first
  std::vector<kernels::ReferenceResult> expected;  ///< one per entry of `inputs`
};
std::shared_ptr<const KernelCase> make_kernel_case(const model::Workload& workload);

/// Keeps the last workload's case: settings of one workload are tried in a row, and the reference
/// takes longer than all of them.
class KernelCases {
 public:
  std::shared_ptr<const KernelCase> of(const model::Workload& workload);

 private:
  std::string key_;
  std::shared_ptr<const KernelCase> last_;
};

}  // namespace paretune::harness
