// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/loop_kernel.h"
#include "kernels/cpu/vector_loops.h"

namespace paretune::kernels {
namespace {

template <typename T>
T* as(std::byte* bytes) {
  return reinterpret_cast<T*>(bytes);
}

PoolShape pool_shape(const model::Workload& workload) {
  PoolShape shape;
  shape.n = workload.dim("n");
  shape.c = workload.dim("c");
  shape.h = workload.dim("h");
  shape.w = workload.dim("w");
  shape.r = workload.dim("r");
  shape.s = workload.dim("s");
  shape.oh = workload.out_h();
  shape.ow = workload.out_w();
  shape.stride_h = workload.dim("stride_h");
  shape.stride_w = workload.dim("stride_w");
  shape.pad_t = workload.dim("pad_t");
  shape.pad_l = workload.dim("pad_l");
  return shape;
}

/// A window that lies wholly in the padding has no value.
bool every_window_has_data(const PoolShape& at, std::int64_t pad_b, std::int64_t pad_r) {
  return at.pad_t < at.r && at.pad_l < at.s && pad_b < at.r && pad_r < at.s;
}

Loop make_max_pool(const model::Workload& workload) {
  if (workload.family != "max_pool" || workload.tag("in") != workload.tag("out")) return {};
  const auto shape = pool_shape(workload);
  if (!every_window_has_data(shape, workload.dim("pad_b"), workload.dim("pad_r"))) return {};
  if (workload.tag("in") == "f32") {
    return [shape](const LoopArguments& at) {
      max_pool(as<float>(at.inputs[0]->host()), as<float>(at.output), shape);
    };
  }
  if (workload.tag("in") == "u8") {
    return [shape](const LoopArguments& at) {
      max_pool(as<std::uint8_t>(at.inputs[0]->host()), as<std::uint8_t>(at.output), shape);
    };
  }
  return {};
}

Loop make_average_pool(const model::Workload& workload) {
  const bool f32 = workload.tag("in") == "f32" && workload.tag("out") == "f32";
  if (workload.family != "global_average_pool" || !f32) return {};
  const auto n = workload.dim("n"), c = workload.dim("c");
  const auto area = workload.dim("h") * workload.dim("w");
  return [=](const LoopArguments& at) {
    average_pool(as<float>(at.inputs[0]->host()), as<float>(at.output), n, area, c);
  };
}

}  // namespace

std::unique_ptr<Kernel> max_pool_kernel() { return loop_kernel("cpu.max_pool", make_max_pool); }
std::unique_ptr<Kernel> average_pool_kernel() {
  return loop_kernel("cpu.global_average_pool", make_average_pool);
}

}  // namespace paretune::kernels
