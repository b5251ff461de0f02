// SPDX-License-Identifier: Apache-2.0
#include "kernels/opencl/simple.h"

#include <fmt/core.h>

#include <cassert>
#include <limits>
#include <string>

#include "devices/errors.h"
#include "devices/opencl/opencl_error.h"
#include "kernels/conv_shape.h"
#include "kernels/opencl/program.h"
#include "kernels/opencl/sources.h"

namespace paretune::kernels {
namespace {

constexpr int host_revision = 1;  // counts changes of the launch that change meaning or speed
constexpr std::int64_t work_group = 64;

/// What differs between the families.
struct SimpleForm {
  const char* source;
  const char* entry;
  Definitions definitions;
  std::int64_t items = 0;  ///< output elements
  int inputs = 1;
  std::int64_t read = 0;  ///< input elements
};

SimpleForm pool_form(const model::Workload& workload, bool average) {
  SimpleForm form{opencl_sources::pool, "pool", common_definitions(workload), 0, 1, 0};
  const auto batch = workload.dim("n"), h = workload.dim("h"), w = workload.dim("w");
  const auto c = workload.dim("c");
  auto& all = form.definitions;
  for (const auto& [name, value] :
       Definitions{{"BATCH", batch}, {"H", h}, {"W", w}, {"C", c}, {"AVERAGE", average ? 1 : 0}}) {
    all[name] = value;
  }
  form.read = batch * h * w * c;
  form.items = batch * c;
  if (average) return form;
  all["OH"] = workload.out_h();
  all["OW"] = workload.out_w();
  all["R"] = workload.dim("r");
  all["S"] = workload.dim("s");
  all["STRIDE_H"] = workload.dim("stride_h");
  all["STRIDE_W"] = workload.dim("stride_w");
  all["PAD_T"] = workload.dim("pad_t");
  all["PAD_L"] = workload.dim("pad_l");
  form.items = batch * c * workload.out_h() * workload.out_w();
  return form;
}

SimpleForm pointwise_form(const model::Workload& workload) {
  SimpleForm form{opencl_sources::pointwise, "pointwise", common_definitions(workload), 0, 1, 0};
  form.definitions["ADD"] = workload.family == "add" ? 1 : 0;
  if (workload.family == "relu") form.definitions["RELU"] = 1;
  form.inputs = input_count(workload);
  form.items = form.read = workload.dim("count");
  form.definitions["COUNT"] = form.items;
  return form;
}

SimpleForm form_of(const model::Workload& workload) {
  if (workload.family == "max_pool") return pool_form(workload, false);
  if (workload.family == "global_average_pool") return pool_form(workload, true);
  return pointwise_form(workload);
}

struct SimplePacked : public Packed {
  explicit SimplePacked(const Constants& constants) : quantization(constants) {}
  std::size_t bytes() const override { return 0; }
  Quantization quantization;
};

class SimpleExecutable : public Executable {
 public:
  SimpleExecutable(const SimpleForm& form, devices::OpenclDevice& device)
      : inputs_(static_cast<std::size_t>(form.inputs)),
        device_(device),
        kernel_(build_kernel(device, form.source, form.entry, form.definitions)) {
    const auto local = std::min<std::int64_t>(work_group, device.info().max_work_group);
    local_ = cl::NDRange(static_cast<std::size_t>(local));
    global_ = cl::NDRange(static_cast<std::size_t>((form.items + local - 1) / local * local));
  }

  std::unique_ptr<Packed> pack(const Constants& constants) override {
    return std::make_unique<SimplePacked>(constants);
  }

  void enqueue(std::span<devices::Buffer* const> inputs, devices::Buffer& output,
               const Packed& packed, devices::Buffer* /*workspace*/) override {
    assert(inputs.size() == inputs_);
    const auto& own = static_cast<const SimplePacked&>(packed);
    devices::opencl_checked("opencl element-wise kernel", [&] {
      kernel_.setArg(0, handle(*inputs.front()));
      kernel_.setArg(1, handle(*inputs.back()));
      kernel_.setArg(2, handle(output));
      own.quantization.set(kernel_, 3);
      device_.queue().enqueueNDRangeKernel(kernel_, cl::NullRange, global_, local_);
    });
  }

  std::string numerics() const override { return "direct"; }

 private:
  std::size_t inputs_;
  devices::OpenclDevice& device_;
  cl::Kernel kernel_;
  cl::NDRange global_, local_;
};

/// A convert within `device` that keeps the layout.
bool stays_on(const model::Workload& workload, const devices::DeviceInfo& device) {
  const auto from = model::Port::parse(workload.tag("from"));
  const auto to = model::Port::parse(workload.tag("to"));
  return from.device == device.id && to.device == device.id && from.layout == to.layout;
}

class SimpleKernel : public Kernel {
 public:
  explicit SimpleKernel(std::string family)
      : family_(std::move(family)), name_("opencl." + family_) {}

  std::string_view name() const override { return name_; }
  std::string_view device_kind() const override { return "opencl"; }
  std::string version() const override {
    const bool pools = family_.ends_with("pool");
    return source_version(pools ? opencl_sources::pool : opencl_sources::pointwise, host_revision);
  }

  std::optional<search::Space> space(const model::Workload& workload,
                                     const devices::DeviceInfo& device) const override {
    if (workload.family != family_ || device.kind != device_kind()) return std::nullopt;
    if (!supported_type(input_type(workload)) || !supported_type(output_type(workload))) return {};
    if (family_ == "convert" && !stays_on(workload, device)) return std::nullopt;
    const auto form = form_of(workload);
    constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max() - work_group;
    if (form.items > limit || form.read > limit) return std::nullopt;  // indices are int
    return search::Space();
  }

  model::Knobs default_knobs(const model::Workload& /*workload*/,
                             const devices::DeviceInfo& /*device*/) const override {
    return {};
  }

  std::unique_ptr<Executable> build(const model::Workload& workload, const model::Knobs& /*knobs*/,
                                    devices::Device& device) const override {
    auto& opencl = opencl_device(device);
    if (!space(workload, device.info())) {
      throw devices::DeviceError(fmt::format("{} cannot take {}", name_, workload.key()));
    }
    return std::make_unique<SimpleExecutable>(form_of(workload), opencl);
  }

 private:
  std::string family_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Kernel> opencl_max_pool() { return std::make_unique<SimpleKernel>("max_pool"); }
std::unique_ptr<Kernel> opencl_global_average_pool() {
  return std::make_unique<SimpleKernel>("global_average_pool");
}
std::unique_ptr<Kernel> opencl_add() { return std::make_unique<SimpleKernel>("add"); }
std::unique_ptr<Kernel> opencl_relu() { return std::make_unique<SimpleKernel>("relu"); }
std::unique_ptr<Kernel> opencl_convert() { return std::make_unique<SimpleKernel>("convert"); }

}  // namespace paretune::kernels
