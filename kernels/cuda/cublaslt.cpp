// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cublaslt.h"

#include <fmt/core.h>

#include <cassert>
#include <optional>

#include "devices/errors.h"
#include "kernels/cuda/cublaslt_matmul.h"
#include "kernels/cuda/matrix_plan.h"
#include "kernels/cuda/sources.h"

namespace paretune::kernels {
namespace {

namespace lt = devices::cublaslt;

constexpr std::size_t alignment = 256;  // what cuBLASLt's fastest algorithms ask of addresses
std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/// nullopt unless the workload is one matrix product with f32 output.
std::optional<CudaShape> product_shape(const model::Workload& workload) {
  auto shape = cuda_shape(workload);
  if (!shape || shape->arithmetic == CudaArithmetic::u8s8) return std::nullopt;
  if (output_type(workload) != model::ElementType::f32) return std::nullopt;
  const bool plain = shape->r * shape->s * shape->stride_h * shape->stride_w * shape->group == 1;
  if (!plain || shape->padded()) return std::nullopt;
  return shape;
}

CublasLtProblem problem_of(const CudaShape& shape) {
  CublasLtProblem problem{shape.pixels(), shape.k,   shape.c,   lt::real_32f,
                          shape.bias,     shape.add, shape.relu};
  if (shape.arithmetic == CudaArithmetic::f16) problem.type = lt::real_16f;
  if (shape.arithmetic == CudaArithmetic::bf16) problem.type = lt::real_16bf;
  return problem;
}

CudaProgram half_program(const CudaShape& shape) {
  auto program = cuda_program({cuda_sources::half}, "to_half",
                              {{"COUNT", shape.input_count()},
                               {"BFLOAT", shape.arithmetic == CudaArithmetic::bf16 ? 1 : 0}});
  program.grid = cuda_grid((shape.input_count() + 1) / 2);
  return program;
}

struct ProductPacked : public Packed {
  std::size_t bytes() const override { return weights->size() + (bias ? bias->size() : 0); }
  std::unique_ptr<devices::Buffer> weights, bias;
};

class ProductExecutable : public Executable {
 public:
  ProductExecutable(const CudaShape& shape, int algorithm, devices::CudaDevice& device)
      : shape_(shape), device_(device), matmul_(problem_of(shape), algorithm, device) {
    if (!shape.tensor()) return;
    const auto program = half_program(shape);
    grid_ = program.grid;
    module_ = device.build(program.source, program.options);
    to_half_ = module_->function(program.entry);
    half_bytes_ = aligned(static_cast<std::size_t>(shape.input_count()) * 2);
  }

  std::size_t workspace_bytes() const override { return half_bytes_ + matmul_.workspace_bytes(); }

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    auto packed = std::make_unique<ProductPacked>();
    packed->weights = cuda_uploaded(device_, constants.weight->values.bytes());
    if (constants.bias != nullptr) packed->bias = cuda_uploaded(device_, constants.bias->bytes());
    return packed;
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* workspace) override {
    assert(inputs.size() == (shape_.add ? 2U : 1U));
    const auto& own = static_cast<const ProductPacked&>(packed);
    const void* x = cuda_address(*inputs.front());
    auto* scratch =
        workspace == nullptr ? nullptr : static_cast<std::byte*>(cuda_address(*workspace));
    if (to_half_ != nullptr) {
      CudaArguments arguments{};
      arguments.x = x;
      arguments.partial = scratch;
      device_.launch(to_half_, grid_, &arguments);
      x = scratch;
      scratch += half_bytes_;
    }
    matmul_.enqueue(x, cuda_address(*own.weights), own.bias ? cuda_address(*own.bias) : nullptr,
                    cuda_address(*inputs.back()), cuda_address(output), scratch);
  }

  std::string numerics() const override {
    if (!shape_.tensor()) return "direct";
    return shape_.arithmetic == CudaArithmetic::f16 ? "f16_tensor" : "bf16_tensor";
  }

 private:
  CudaShape shape_;
  devices::CudaDevice& device_;
  CublasLtMatmul matmul_;
  std::unique_ptr<devices::CudaModule> module_;
  CUfunction to_half_ = nullptr;
  devices::CudaGrid grid_;
  std::size_t half_bytes_ = 0;
};

class ProductKernel : public Kernel {
 public:
  explicit ProductKernel(std::string family)
      : family_(std::move(family)), name_("cuda." + family_ + "_cublaslt") {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "cuda"; }
  std::string version() const override { return cuda_version({cuda_sources::half}, 1); }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (workload.family != family_ || device.kind != device_kind()) return std::nullopt;
    if (!device.has("cublaslt") || !product_shape(workload)) return std::nullopt;
    search::Space space;
    space.add({"algorithm", {0, 1, 2, 3, 4, 5, 6, 7}, {}});
    return space;
  }

  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {{"algorithm", 0}};
  }

  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& knobs,
                                    devices::Device& device) const override {
    auto& cuda = cuda_device(device);
    const auto knob_space = space(workload, device.info());
    if (!knob_space || !knob_space->point_of(knobs)) {
      throw devices::DeviceError(fmt::format("{} has no setting '{}' for {}", name_,
                                             model::to_text(knobs), workload.key()));
    }
    return std::make_unique<ProductExecutable>(*product_shape(workload),
                                               static_cast<int>(knobs.at("algorithm")), cuda);
  }

 private:
  std::string family_, name_;
};

}  // namespace

std::unique_ptr<Kernel> cuda_cublaslt(const std::string& family) {
  return std::make_unique<ProductKernel>(family);
}

}  // namespace paretune::kernels
