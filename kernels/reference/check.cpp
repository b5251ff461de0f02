// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/check.h"

#include <algorithm>

#include "kernels/conv_shape.h"

namespace paretune::kernels {
namespace {

/// 0xFF bytes are NaN in f32; 0xA5 is a value no u8 result has everywhere.
constexpr std::byte poison_f32{0xFF};
constexpr std::byte poison_u8{0xA5};
constexpr std::byte guard{0x5A};
constexpr std::size_t guard_bytes = 64;

/// Inputs, output and workspace in device memory for one run.
class Run {
 public:
  Run(const Executable& executable, devices::Device& device, const model::Workload& workload,
      const TestCase& test_case)
      : device_(device), output_(output_type(workload), output_shape(workload)) {
    for (const auto& input : test_case.inputs) {
      buffers_.push_back(device.allocate(input.bytes().size()));
      device.upload(*buffers_.back(), input.bytes());
      inputs_.push_back(buffers_.back().get());
    }
    to_ = device.allocate(output_.bytes().size() + guard_bytes);
    if (executable.workspace_bytes() > 0) {
      workspace_ = device.allocate(executable.workspace_bytes());
      // A workspace holds what the layer before left there.
      device.upload(*workspace_, std::vector<std::byte>(executable.workspace_bytes(), guard));
    }
  }

  /// "" or what went wrong besides the values.
  std::string once(Executable& executable, const Packed& packed) {
    const bool is_float = output_.type() == model::ElementType::f32;
    std::vector<std::byte> bytes(to_->size(), is_float ? poison_f32 : poison_u8);
    std::fill(bytes.end() - guard_bytes, bytes.end(), guard);
    device_.upload(*to_, bytes);
    executable.enqueue(inputs_, *to_, packed, workspace_.get());
    device_.wait();
    device_.download(bytes, *to_);
    if (std::any_of(bytes.end() - guard_bytes, bytes.end(), [](auto b) { return b != guard; })) {
      return "the kernel wrote past the end of its output";
    }
    std::copy(bytes.begin(), bytes.end() - guard_bytes, output_.bytes().begin());
    return "";
  }

  const model::Tensor& output() const { return output_; }

 private:
  devices::Device& device_;
  std::vector<std::unique_ptr<devices::Buffer>> buffers_;
  std::vector<devices::Buffer*> inputs_;
  std::unique_ptr<devices::Buffer> to_, workspace_;
  model::Tensor output_;
};

}  // namespace

std::string check(const Kernel& kernel, const model::Workload& workload, const model::Knobs& knobs,
                  devices::Device& device, const TestCase& test_case,
                  const ReferenceResult& expected) {
  const auto executable = kernel.build(workload, knobs, device);
  const auto packed = executable->pack(test_case.constants);
  Run run(*executable, device, workload, test_case);
  // Twice: a second run meets the workspace the first one left.
  for (int i = 0; i < 2; ++i) {
    auto wrong = run.once(*executable, *packed);
    if (wrong.empty()) wrong = compare(workload, expected, run.output());
    if (!wrong.empty()) return wrong;
  }
  return "";
}

void avoid_saturation(TestCase& test_case) {
  if (test_case.weight.values.type() != model::ElementType::i8) return;
  for (auto& value : test_case.weight.values.data<std::int8_t>()) {
    value = static_cast<std::int8_t>(value / 2);
  }
}

std::string verify(const Kernel& kernel, const model::Workload& workload, const model::Knobs& knobs,
                   devices::Device& device, std::uint64_t seed) {
  const auto test_case = make_case(workload, seed);
  const auto numerics = kernel.build(workload, knobs, device)->numerics();
  if (numerics == "u8s8_saturating") avoid_saturation(*test_case);
  const auto expected = reference_run(workload, test_case->constants, test_case->inputs);
  return check(kernel, workload, knobs, device, *test_case, expected);
}

}  // namespace paretune::kernels
