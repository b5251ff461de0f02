// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/onednn.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>

#include "devices/errors.h"
#include "kernels/cpu/onednn_plan.h"

namespace paretune::kernels {
namespace {

constexpr std::size_t alignment = 64;
std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/// Weights in oneDNN's format and the run-time quantization arguments, in one buffer.
class OnednnPacked : public Packed {
 public:
  OnednnPacked(const OnednnPlan& plan, devices::Device& device) {
    const auto channels = static_cast<std::size_t>(plan.shape.k) * sizeof(float);
    bias_ = aligned(plan.weights.get_size());
    scales_ = bias_ + aligned(channels);
    scalars_ = scales_ + aligned(channels);
    buffer_ = device.allocate(scalars_ + alignment);
    std::fill(buffer_->host(), buffer_->host() + buffer_->size(), std::byte{0});
  }
  std::size_t bytes() const override { return buffer_->size(); }

  void* weights() const { return buffer_->host(); }
  float* bias() const { return reinterpret_cast<float*>(buffer_->host() + bias_); }
  float* scales() const { return reinterpret_cast<float*>(buffer_->host() + scales_); }
  float* output_scale() const { return reinterpret_cast<float*>(buffer_->host() + scalars_); }
  std::int32_t* input_zero() const {
    return reinterpret_cast<std::int32_t*>(buffer_->host() + scalars_) + 1;
  }
  std::int32_t* output_zero() const { return input_zero() + 1; }

 private:
  std::unique_ptr<devices::Buffer> buffer_;
  std::size_t bias_ = 0, scales_ = 0, scalars_ = 0;
};

void fill_quantization(const OnednnPlan& plan, const Constants& constants, OnednnPacked& packed) {
  const float unit = plan.shape.add ? constants.residual.scale : 1.F;
  const auto& scales = constants.weight->scales;
  for (std::int64_t k = 0; k < plan.shape.k; ++k) {
    const float scale = scales.size() == 1 ? scales[0] : scales.at(static_cast<std::size_t>(k));
    packed.scales()[k] = constants.input.scale * scale / unit;
    const float shift = plan.shape.add ? static_cast<float>(constants.residual.zero_point) : 0.F;
    packed.bias()[k] = packed.bias()[k] / unit - shift;
  }
  *packed.output_scale() = (plan.output_u8 ? constants.output.scale : 1.F) / unit;
  *packed.input_zero() = constants.input.zero_point;
  *packed.output_zero() = constants.output.zero_point;
}

class OnednnExecutable : public Executable {
 public:
  OnednnExecutable(const model::Workload& workload, devices::Device& device)
      : device_(device),
        engine_(dnnl::engine::kind::cpu, 0),
        stream_(engine_),
        plan_(make_onednn_plan(workload, engine_)) {
    const bool vnni = device.info().has("avx512_vnni");
    numerics_ = plan_.type == OnednnType::f32    ? "direct"
                : plan_.type == OnednnType::bf16 ? "bf16_acc"
                : vnni                           ? "u8s8_exact"
                                                 : "u8s8_saturating";
    make_arguments();
  }

  std::size_t workspace_bytes() const override {
    const auto scratch = aligned(plan_.scratchpad.get_size());
    return scratch + (plan_.type == OnednnType::bf16 ? plan_.source.get_size() : 0);
  }

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    auto packed = std::make_unique<OnednnPacked>(plan_, device_);
    // oneDNN only reads the source of a reorder.
    auto* stored = const_cast<std::byte*>(constants.weight->values.bytes().data());
    dnnl::memory from(plan_.stored_weights, engine_, stored);
    dnnl::memory to(plan_.weights, engine_, packed->weights());
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
    if (constants.bias != nullptr) {
      const auto bias = constants.bias->data<float>();
      std::copy(bias.begin(), bias.end(), packed->bias());
    }
    if (plan_.type == OnednnType::u8s8) fill_quantization(plan_, constants, *packed);
    return packed;
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* workspace) override {
    const auto& constants = static_cast<const OnednnPacked&>(packed);
    assert(workspace != nullptr || workspace_bytes() == 0);
    std::byte* scratch = workspace == nullptr ? nullptr : workspace->host();
    void* data = inputs[0]->host();
    if (plan_.type == OnednnType::bf16) data = to_bf16(data, scratch);
    set(DNNL_ARG_SRC, data);
    set(DNNL_ARG_WEIGHTS, constants.weights());
    set(DNNL_ARG_BIAS, constants.bias());
    set(DNNL_ARG_DST, output.host());
    set(DNNL_ARG_SCRATCHPAD, scratch);
    if (plan_.shape.add) set(residual_argument, inputs[1]->host());
    set(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, constants.scales());
    set(DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, constants.output_scale());
    set(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, constants.input_zero());
    set(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST, constants.output_zero());
    // The C call takes prepared arguments; the C++ one builds a container for each run.
    const auto status =
        dnnl_primitive_execute(plan_.primitive.get(), stream_.get(),
                               static_cast<int>(arguments_.size()), arguments_.data());
    if (status != dnnl_success) {
      throw devices::DeviceError(fmt::format("dnnl_primitive_execute: status {}", int{status}));
    }
  }

  std::string numerics() const override { return numerics_; }

 private:
  static constexpr int residual_argument = DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1;

  void add_argument(int index, const dnnl::memory::desc& desc) {
    memories_.emplace_back(desc, engine_, nullptr);
    arguments_.push_back({index, memories_.back().get()});
  }

  void make_arguments() {
    using DataType = dnnl::memory::data_type;
    const auto vector = [](std::int64_t count, DataType type) {
      return dnnl::memory::desc({count}, type, dnnl::memory::format_tag::a);
    };
    add_argument(DNNL_ARG_SRC, plan_.source);
    add_argument(DNNL_ARG_WEIGHTS, plan_.weights);
    add_argument(DNNL_ARG_DST, plan_.output);
    add_argument(DNNL_ARG_SCRATCHPAD, plan_.scratchpad);
    if (plan_.has_bias) add_argument(DNNL_ARG_BIAS, vector(plan_.shape.k, DataType::f32));
    if (plan_.shape.add) add_argument(residual_argument, plan_.residual);
    if (plan_.type == OnednnType::bf16) {
      f32_source_ = dnnl::memory(plan_.f32_source, engine_, nullptr);
      bf16_source_ = dnnl::memory(plan_.source, engine_, nullptr);
      reorder_ = dnnl::reorder(f32_source_, bf16_source_);
    }
    if (plan_.type != OnednnType::u8s8) return;
    add_argument(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, vector(plan_.shape.k, DataType::f32));
    add_argument(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, vector(1, DataType::s32));
    if (plan_.has_output_scale) {
      add_argument(DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, vector(1, DataType::f32));
    }
    if (plan_.output_u8) {
      add_argument(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST, vector(1, DataType::s32));
    }
  }

  /// Points the argument at `data`; arguments the primitive does not take are skipped.
  void set(int index, void* data) {
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (arguments_[i].arg == index) memories_[i].set_data_handle(data);
    }
  }

  void* to_bf16(void* from, std::byte* scratch) {
    auto* to = scratch + aligned(plan_.scratchpad.get_size());
    f32_source_.set_data_handle(from);
    bf16_source_.set_data_handle(to);
    reorder_.execute(stream_, f32_source_, bf16_source_);
    return to;
  }

  devices::Device& device_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  OnednnPlan plan_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
  dnnl::memory f32_source_, bf16_source_;
  dnnl::reorder reorder_;
  std::string numerics_;
};

class OnednnKernel : public Kernel {
 public:
  OnednnKernel(std::string_view name, std::string_view family) : name_(name), family_(family) {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "cpu"; }
  std::string version() const override {
    const auto* version = dnnl::version();
    return fmt::format("1-onednn-{}.{}.{}", version->major, version->minor, version->patch);
  }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (workload.family != family_ || device.kind != "cpu") return std::nullopt;
    const auto in = workload.tag("in"), out = workload.tag("out"), weights = workload.tag("wei");
    const bool f32 = in == "f32" && out == "f32" && weights == "f32";
    const bool int8 = in == "u8" && (out == "f32" || out == "u8") && weights.starts_with("s8_");
    // Without the instructions oneDNN emulates bf16 slowly: not an offer.
    const bool bf16 = in == "f32" && out == "f32" && weights == "bf16" && device.has("avx512_bf16");
    if (!f32 && !int8 && !bf16) return std::nullopt;
    return search::Space();
  }
  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {};
  }
  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& /*knobs*/,
                                    devices::Device& device) const override {
    try {
      return std::make_unique<OnednnExecutable>(workload, device);
    } catch (const dnnl::error& error) {
      throw devices::DeviceError(
          fmt::format("oneDNN cannot build '{}': {}", workload.key(), error.message));
    }
  }

 private:
  std::string_view name_, family_;
};

}  // namespace

std::unique_ptr<Kernel> conv_onednn() {
  return std::make_unique<OnednnKernel>("cpu.conv_onednn", "conv");
}
std::unique_ptr<Kernel> gemm_onednn() {
  return std::make_unique<OnednnKernel>("cpu.gemm_onednn", "gemm");
}

}  // namespace paretune::kernels
