// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kernels/reference/reference.h"

namespace paretune::kernels {

/// Builds, packs and runs the kernel twice on one case and compares with a reference result
/// computed before, so that many knob settings share it. The output is poisoned and followed by a
/// guard that must survive. Returns "" or a sentence.
std::string check(const Kernel& kernel, const model::Workload& workload, const model::Knobs& knobs,
                  devices::Device& device, const TestCase& test_case,
                  const ReferenceResult& expected);

/// Halves the weights' range so that u8 x s8 pairs fit 16 bits: the inputs on which a kernel of
/// numerics "u8s8_saturating" must still be exact.
void avoid_saturation(TestCase& test_case);

}  // namespace paretune::kernels
