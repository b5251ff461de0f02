// SPDX-License-Identifier: Apache-2.0
#include "kernels/transfer.h"

#include <fmt/core.h>

#include <cassert>
#include <string>
#include <utility>

#include "devices/errors.h"

namespace paretune::kernels {
namespace {

struct NothingPacked : public Packed {
  std::size_t bytes() const override { return 0; }
};

class TransferExecutable : public Executable {
 public:
  TransferExecutable(bool to_device, std::size_t bytes, devices::Device& device)
      : to_device_(to_device), bytes_(bytes), device_(device) {}

  std::unique_ptr<Packed> pack(const Constants& /*constants*/) override {
    return std::make_unique<NothingPacked>();
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& /*packed*/, devices::Buffer* /*workspace*/) override {
    assert(inputs.size() == 1);
    // The cpu's work is done when its calls return and upload() and download() wait for the queue,
    // so either way the bytes are the latest.
    if (to_device_) {
      assert(inputs[0]->host() != nullptr);
      device_.upload(output, {inputs[0]->host(), bytes_});
    } else {
      assert(output.host() != nullptr);
      device_.download({output.host(), bytes_}, *inputs[0]);
    }
  }

  std::string numerics() const override { return "direct"; }

 private:
  bool to_device_;
  std::size_t bytes_;
  devices::Device& device_;
};

class TransferKernel : public Kernel {
 public:
  explicit TransferKernel(std::string kind) : kind_(std::move(kind)), name_(kind_ + ".transfer") {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return kind_; }
  std::string version() const override { return "1"; }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (workload.family != "convert" || device.kind != device_kind()) return std::nullopt;
    const auto from = model::Port::parse(workload.tag("from"));
    const auto to = model::Port::parse(workload.tag("to"));
    const bool crosses = (from.device == "cpu" && to.device == device.id) ||
                         (from.device == device.id && to.device == "cpu");
    if (!crosses || from.type != to.type || from.layout != to.layout) return std::nullopt;
    return search::Space();
  }

  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {};
  }

  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& /*knobs*/,
                                    devices::Device& device) const override {
    if (!space(workload, device.info())) {
      throw devices::DeviceError(
          fmt::format("{} on '{}' cannot take {}", name_, device.info().id, workload.key()));
    }
    const auto from = model::Port::parse(workload.tag("from"));
    const auto bytes = static_cast<std::size_t>(workload.dim("count")) * model::size_of(from.type);
    return std::make_unique<TransferExecutable>(from.device == "cpu", bytes, device);
  }

 private:
  std::string kind_, name_;
};

}  // namespace

std::unique_ptr<Kernel> make_transfer(const std::string& kind) {
  return std::make_unique<TransferKernel>(kind);
}

}  // namespace paretune::kernels
