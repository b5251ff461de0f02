// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace paretune::devices {

/// Instruction sets this processor has and `max_isa` allows, of "avx2", "fma", "avx512f" (with bw,
/// dq, vl), "avx512_vnni", "avx512_bf16". `max_isa` is a value of oneDNN's environment variable
/// ONEDNN_MAX_CPU_ISA ("SSE41", "AVX", "AVX2", "AVX512_CORE", "AVX512_CORE_VNNI", ...): one setting
/// restricts oneDNN and the own kernels alike. "" or an unknown value allows everything.
/// https://oneapi-src.github.io/oneDNN/dev_guide_cpu_dispatcher_control.html
std::vector<std::string> cpu_features(std::string_view max_isa);

}  // namespace paretune::devices
