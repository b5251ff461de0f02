// SPDX-License-Identifier: Apache-2.0
#include "kernels/opencl/tiled.h"

#include <fmt/core.h>

#include <cassert>
#include <string>

#include "devices/errors.h"
#include "devices/opencl/opencl_error.h"
#include "kernels/opencl/program.h"
#include "kernels/opencl/sources.h"
#include "kernels/opencl/tiled_pack.h"
#include "kernels/opencl/tiled_shape.h"

namespace paretune::kernels {
namespace {

constexpr int host_revision =
    1;  // counts changes of packing or launch that change meaning or speed

Definitions definitions_of(const model::Workload& workload, const TiledShape& shape,
                           const model::Knobs& knobs) {
  auto all = common_definitions(workload);
  all.merge(conv_definitions(shape));
  const Definitions tiles = {{"WG_M", knobs.at("wg_m")},   {"WG_N", knobs.at("wg_n")},
                             {"TM", knobs.at("tm")},       {"TN", knobs.at("tn")},
                             {"VEC", knobs.at("vec")},     {"KU", knobs.at("ku")},
                             {"LOCAL", knobs.at("local")}, {"BK", knobs.at("bk")}};
  for (const auto& [name, value] : tiles) all[name] = value;
  return all;
}

std::int64_t groups_covering(std::int64_t count, std::int64_t per_group) {
  return (count + per_group - 1) / per_group;
}

class TiledExecutable : public Executable {
 public:
  TiledExecutable(const model::Workload& workload, const TiledShape& shape,
                  const model::Knobs& knobs, devices::OpenclDevice& device)
      : shape_(shape),
        blocks_(shape, knobs),
        add_(shape.add),
        device_(device),
        kernel_(build_kernel(device, opencl_sources::tiled, "tiled",
                             definitions_of(workload, shape, knobs))) {
    const auto wg_m = knobs.at("wg_m");
    const auto wg_n = knobs.at("wg_n");
    const auto size = [](std::int64_t value) { return static_cast<std::size_t>(value); };
    local_ = cl::NDRange(size(wg_n), size(wg_m), 1);
    global_ = cl::NDRange(size(groups_covering(blocks_.blocks, wg_n) * wg_n),
                          size(groups_covering(shape.pixels(), wg_m * knobs.at("tm")) * wg_m),
                          size(shape.group));
  }

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return tiled_pack(shape_, blocks_, constants, device_);
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* /*workspace*/) override {
    assert(inputs.size() == (add_ ? 2U : 1U));
    const auto& own = static_cast<const TiledPacked&>(packed);
    devices::opencl_checked("opencl tiled kernel", [&] {
      kernel_.setArg(0, handle(*inputs[0]));
      kernel_.setArg(1, handle(*own.weights));
      kernel_.setArg(2, handle(*own.columns));
      kernel_.setArg(3, handle(*own.padding));
      kernel_.setArg(4, handle(*inputs[add_ ? 1 : 0]));
      kernel_.setArg(5, handle(output));
      own.quantization.set(kernel_, 6);
      device_.queue().enqueueNDRangeKernel(kernel_, cl::NullRange, global_, local_);
    });
  }

  std::string numerics() const override { return shape_.in_u8 ? "u8s8_exact" : "direct"; }

 private:
  TiledShape shape_;
  TiledBlocks blocks_;
  bool add_;
  devices::OpenclDevice& device_;
  cl::Kernel kernel_;
  cl::NDRange global_, local_;
};

class TiledKernel : public Kernel {
 public:
  explicit TiledKernel(std::string family)
      : family_(std::move(family)), name_("opencl." + family_ + "_tiled") {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "opencl"; }
  std::string version() const override {
    return source_version(opencl_sources::tiled, host_revision);
  }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    const auto shape = shape_for(workload);
    if (device.kind != device_kind() || !shape) return std::nullopt;
    return tiled_space(*shape, device);
  }

  model::Knobs default_knobs(const model::Workload& workload,
                             const devices::DeviceInfo& device) const override {
    const auto shape = shape_for(workload);
    return shape ? tiled_defaults(*shape, device) : model::Knobs{};
  }

  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& knobs,
                                    devices::Device& device) const override {
    const auto shape = shape_for(workload);
    auto& opencl = opencl_device(device);
    const auto knob_space = space(workload, device.info());
    if (!knob_space) {
      throw devices::DeviceError(fmt::format("{} cannot take {}", name_, workload.key()));
    }
    const auto point = knob_space->point_of(knobs);
    if (!point || !knob_space->valid(*point)) {
      throw devices::DeviceError(fmt::format("{} has no setting '{}' for {}", name_,
                                             model::to_text(knobs), workload.key()));
    }
    return std::make_unique<TiledExecutable>(workload, *shape, knobs, opencl);
  }

 private:
  std::optional<TiledShape> shape_for(const model::Workload& workload) const {
    return workload.family == family_ ? tiled_shape(workload) : std::nullopt;
  }

  std::string family_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Kernel> opencl_conv_tiled() { return std::make_unique<TiledKernel>("conv"); }
std::unique_ptr<Kernel> opencl_gemm_tiled() { return std::make_unique<TiledKernel>("gemm"); }

}  // namespace paretune::kernels
