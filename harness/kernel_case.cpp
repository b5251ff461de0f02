// SPDX-License-Identifier: Apache-2.0
#include "harness/kernel_case.h"

#include "harness/verify.h"

namespace paretune::harness {
namespace {

constexpr std::uint64_t kVerifySeed = 7;

}  // namespace

std::shared_ptr<const KernelCase> make_kernel_case(const model::Workload& workload) {
  auto made = std::make_shared<KernelCase>();
  made->data = kernels::make_case(workload, kVerifySeed);
  made->inputs.push_back(made->data->inputs);
  std::vector<model::Tensor> adversarial;
  for (const model::Tensor& input : made->data->inputs) adversarial.push_back(extremes_of(input));
  made->inputs.push_back(std::move(adversarial));
  for (const auto& inputs : made->inputs) {
    made->expected.push_back(kernels::reference_run(workload, made->data->constants, inputs));
  }
  return made;
}

std::shared_ptr<const KernelCase> KernelCases::of(const model::Workload& workload) {
  if (last_ == nullptr || key_ != workload.key()) {
    last_ = make_kernel_case(workload);
    key_ = workload.key();
  }
  return last_;
}

}  // namespace paretune::harness
