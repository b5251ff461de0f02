// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/list.h"

#include <iterator>

#include "kernels/cuda/list.h"
#include "kernels/kernel.h"
#include "kernels/opencl/list.h"
#include "kernels/reference/list.h"

namespace paretune::kernels {
namespace {

using KernelList = std::vector<std::unique_ptr<Kernel>>;

void append(KernelList& all, KernelList some) {
  all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
}

KernelList make_list() {
  KernelList all;
  append(all, cpu_kernels());
  append(all, opencl_kernels());
  append(all, cuda_kernels());
  append(all, reference_kernels());  // last: only when nothing else can
  return all;
}

bool is_reference(const Kernel& kernel) { return kernel.name().ends_with(".reference"); }

}  // namespace

const KernelList& kernels() {
  static const KernelList all = make_list();
  return all;
}

const Kernel* find_kernel(std::string_view name) {
  for (const auto& kernel : kernels()) {
    if (kernel->name() == name) return kernel.get();
  }
  return nullptr;
}

std::vector<const Kernel*> kernels_for(const model::Workload& workload,
                                       const devices::DeviceInfo& device) {
  std::vector<const Kernel*> able;
  for (const auto& kernel : kernels()) {
    if (kernel->device_kind() != device.kind || !kernel->space(workload, device)) continue;
    if (is_reference(*kernel) && !able.empty()) continue;
    able.push_back(kernel.get());
  }
  return able;
}

}  // namespace paretune::kernels
