// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/list.h"

#include <cstring>
#include <utility>

#include "kernels/conv_shape.h"
#include "kernels/reference/reference.h"

namespace paretune::kernels {
namespace {

/// Constants copied, so that they outlive what the caller passed.
class ReferencePacked : public Packed {
 public:
  explicit ReferencePacked(const Constants& from) : constants_(from) {
    if (from.weight != nullptr) {
      weight_ = *from.weight;
      constants_.weight = &weight_;
    }
    if (from.bias != nullptr) {
      bias_ = *from.bias;
      constants_.bias = &bias_;
    }
  }
  ReferencePacked(const ReferencePacked&) = delete;
  ReferencePacked& operator=(const ReferencePacked&) = delete;

  std::size_t bytes() const override {
    return constants_.weight == nullptr && constants_.bias == nullptr
               ? 0
               : weight_.values.bytes().size() + weight_.scales.size() * sizeof(float) +
                     (constants_.bias == nullptr ? 0 : bias_.bytes().size());
  }
  const Constants& constants() const { return constants_; }

 private:
  model::QuantizedWeight weight_;
  model::Tensor bias_;
  Constants constants_;
};

class ReferenceExecutable : public Executable {
 public:
  explicit ReferenceExecutable(model::Workload workload) : workload_(std::move(workload)) {}

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return std::make_unique<ReferencePacked>(constants);
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* /*workspace*/) override {
    std::vector<model::Tensor> tensors;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto shape = i == 0 ? input_shape(workload_) : output_shape(workload_);
      auto& tensor = tensors.emplace_back(input_type(workload_), shape);
      if (tensor.count() > 0) {
        std::memcpy(tensor.bytes().data(), inputs[i]->host(), tensor.bytes().size());
      }
    }
    const auto& constants = static_cast<const ReferencePacked&>(packed).constants();
    const auto result = reference_run(workload_, constants, tensors);
    if (result.output.count() > 0) {
      std::memcpy(output.host(), result.output.bytes().data(), result.output.bytes().size());
    }
  }

  std::string numerics() const override {
    if (workload_.tag("wei") == "bf16") return "bf16_exact";
    if (workload_.tag("wei") == "f16") return "f16_exact";
    return workload_.tag("wei").starts_with("s8") ? "u8s8_exact" : "exact";
  }

 private:
  model::Workload workload_;
};

class ReferenceKernel : public Kernel {
 public:
  std::string_view name() const override { return kReferenceKernel; }
  std::string_view device_kind() const override { return "cpu"; }
  std::string version() const override { return "1"; }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& /*device*/) const override {
    static const std::vector<std::string> families = {
        "conv", "gemm", "max_pool", "global_average_pool", "add", "relu", "convert"};
    for (const auto& family : families) {
      if (workload.family == family && readable(input_type(workload)) &&
          readable(output_type(workload))) {
        return search::Space();
      }
    }
    return std::nullopt;
  }
  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {};
  }
  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& /*knobs*/,
                                    devices::Device& /*device*/) const override {
    return std::make_unique<ReferenceExecutable>(workload);
  }

 private:
  static bool readable(model::ElementType type) {
    return type == model::ElementType::f32 || type == model::ElementType::u8;
  }
};

}  // namespace

std::vector<std::unique_ptr<Kernel>> reference_kernels() {
  std::vector<std::unique_ptr<Kernel>> list;
  list.push_back(std::make_unique<ReferenceKernel>());
  return list;
}

}  // namespace paretune::kernels
