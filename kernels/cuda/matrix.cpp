// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/matrix.h"

#include <fmt/core.h>

#include <cassert>

#include "devices/errors.h"
#include "kernels/cuda/matrix_plan.h"
#include "kernels/cuda/sources.h"

namespace paretune::kernels {
namespace {

constexpr int host_revision =
    1;  // counts changes of packing or launch that change meaning or speed

std::vector<const char*> texts_of(bool tensor) {
  if (tensor) return {cuda_sources::matrix, cuda_sources::tensor};
  return {cuda_sources::matrix, cuda_sources::tiled};
}

Definitions definitions_of(const model::Workload& workload, const CudaShape& shape,
                           const model::Knobs& knobs, const CudaTiles& tiles) {
  auto all = common_definitions(workload);
  all.merge(conv_definitions(shape));
  all["BM"] = tiles.rows;
  all["BN"] = tiles.columns;
  all["BK"] = tiles.bk;
  all["VEC"] = knobs.at("vec");
  all["STAGES"] = knobs.at("stages");
  all["SPLIT"] = tiles.split;
  if (shape.tensor()) {
    all["WARPS_M"] = knobs.at("warps_m");
    all["WARPS_N"] = knobs.at("warps_n");
    all["BFLOAT"] = shape.arithmetic == CudaArithmetic::bf16 ? 1 : 0;
  } else {
    all["TM"] = knobs.at("tm");
    all["TN"] = knobs.at("tn");
  }
  return all;
}

const char* numerics_of(CudaArithmetic arithmetic) {
  switch (arithmetic) {
    case CudaArithmetic::u8s8:
      return "u8s8_exact";
    case CudaArithmetic::f16:
      return "f16_tensor";
    case CudaArithmetic::bf16:
      return "bf16_tensor";
    case CudaArithmetic::f32:
      break;
  }
  return "direct";
}

class MatrixExecutable : public Executable {
 public:
  MatrixExecutable(const model::Workload& workload, const CudaShape& shape,
                   const model::Knobs& knobs, devices::CudaDevice& device)
      : shape_(shape),
        tiles_(shape, knobs),
        program_(cuda_matrix_program(workload, shape, knobs)),
        device_(device),
        module_(device.build(program_.source, program_.options)),
        function_(module_->function(program_.entry, program_.grid.shared_bytes)),
        reduce_(program_.reduces ? module_->function("reduce") : nullptr) {}

  std::size_t workspace_bytes() const override { return program_.workspace_bytes; }

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return cuda_matrix_pack(shape_, tiles_, constants, device_);
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* workspace) override {
    assert(inputs.size() == (shape_.add ? 2U : 1U));
    auto arguments = static_cast<const CudaMatrixPacked&>(packed).arguments;
    arguments.x = cuda_address(*inputs.front());
    arguments.residual = cuda_address(*inputs.back());
    arguments.y = cuda_address(output);
    arguments.partial = workspace == nullptr ? nullptr : cuda_address(*workspace);
    device_.launch(function_, program_.grid, &arguments);
    if (reduce_ != nullptr) device_.launch(reduce_, cuda_grid(program_.outputs), &arguments);
  }

  std::string numerics() const override { return numerics_of(shape_.arithmetic); }

 private:
  CudaShape shape_;
  CudaTiles tiles_;
  CudaProgram program_;
  devices::CudaDevice& device_;
  std::unique_ptr<devices::CudaModule> module_;
  CUfunction function_;
  CUfunction reduce_;
};

class MatrixKernel : public Kernel {
 public:
  MatrixKernel(std::string family, bool tensor)
      : family_(std::move(family)),
        name_("cuda." + family_ + (tensor ? "_tensor" : "_tiled")),
        tensor_(tensor) {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "cuda"; }
  std::string version() const override { return cuda_version(texts_of(tensor_), host_revision); }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    const auto shape = shape_for(workload);
    if (device.kind != device_kind() || !shape) return std::nullopt;
    if (tensor_ && !device.has("tensor_f16")) return std::nullopt;
    if (shape->arithmetic == CudaArithmetic::u8s8 && !device.has("dp4a")) return std::nullopt;
    return cuda_matrix_space(*shape, device);
  }

  model::Knobs default_knobs(const model::Workload& workload,
                             const devices::DeviceInfo& device) const override {
    const auto shape = shape_for(workload);
    return shape ? cuda_matrix_defaults(*shape, device) : model::Knobs{};
  }

  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& knobs,
                                    devices::Device& device) const override {
    auto& cuda = cuda_device(device);
    const auto knob_space = space(workload, device.info());
    if (!knob_space) {
      throw devices::DeviceError(fmt::format("{} cannot take {}", name_, workload.key()));
    }
    const auto point = knob_space->point_of(knobs);
    if (!point || !knob_space->valid(*point)) {
      throw devices::DeviceError(fmt::format("{} has no setting '{}' for {}", name_,
                                             model::to_text(knobs), workload.key()));
    }
    return std::make_unique<MatrixExecutable>(workload, *shape_for(workload), knobs, cuda);
  }

 private:
  std::optional<CudaShape> shape_for(const model::Workload& workload) const {
    if (workload.family != family_) return std::nullopt;
    auto shape = cuda_shape(workload);
    if (shape && shape->tensor() != tensor_) return std::nullopt;
    return shape;
  }

  std::string family_, name_;
  bool tensor_;
};

}  // namespace

CudaProgram cuda_matrix_program(const model::Workload& workload, const CudaShape& shape,
                                const model::Knobs& knobs) {
  const CudaTiles tiles(shape, knobs);
  auto program = cuda_program(texts_of(shape.tensor()), shape.tensor() ? "tensor" : "tiled",
                              definitions_of(workload, shape, knobs, tiles));
  const auto size = [](std::int64_t value) { return static_cast<unsigned>(value); };
  program.grid.blocks = {size(tiles.row_tiles), size(tiles.column_tiles),
                         size(shape.group * tiles.split)};
  program.grid.threads = {size(tiles.threads), 1, 1};
  program.grid.shared_bytes = static_cast<unsigned>(tiles.shared_bytes);
  program.reduces = tiles.split > 1;
  program.outputs = shape.output_count();
  if (program.reduces) {
    program.workspace_bytes =
        static_cast<std::size_t>(tiles.split * shape.output_count()) * sizeof(float);
  }
  return program;
}

std::unique_ptr<Kernel> cuda_tiled(const std::string& family) {
  return std::make_unique<MatrixKernel>(family, false);
}
std::unique_ptr<Kernel> cuda_tensor(const std::string& family) {
  return std::make_unique<MatrixKernel>(family, true);
}

}  // namespace paretune::kernels
