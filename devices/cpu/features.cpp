// SPDX-License-Identifier: Apache-2.0
#include "devices/cpu/features.h"

#include <algorithm>
#include <cctype>

namespace paretune::devices {
namespace {

/// How far up the ladder a named limit reaches.
enum Level { sse41, avx2, avx512, vnni, bf16 };

Level level_of(std::string_view max_isa) {
  std::string upper(max_isa);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (upper == "SSE41" || upper == "AVX") return sse41;
  if (upper.starts_with("AVX2")) return avx2;
  if (upper == "AVX512_CORE") return avx512;
  if (upper == "AVX512_CORE_VNNI") return vnni;
  return bf16;
}

}  // namespace

std::vector<std::string> cpu_features(std::string_view max_isa) {
  std::vector<std::string> features;
#if defined(__x86_64__)
  const Level level = level_of(max_isa);
  const auto add = [&](Level needed, bool has, const char* name) {
    if (has && level >= needed) features.emplace_back(name);
  };
  const bool full_avx512 = __builtin_cpu_supports("avx512f") &&
                           __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  add(avx2, __builtin_cpu_supports("avx2"), "avx2");
  add(avx2, __builtin_cpu_supports("fma"), "fma");
  add(avx512, full_avx512, "avx512f");
  add(vnni, full_avx512 && __builtin_cpu_supports("avx512vnni"), "avx512_vnni");
  add(bf16, full_avx512 && __builtin_cpu_supports("avx512bf16"), "avx512_bf16");
#else
  static_cast<void>(max_isa);
#endif
  return features;
}

}  // namespace paretune::devices
