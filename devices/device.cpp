// SPDX-License-Identifier: Apache-2.0
#include "devices/device.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>

namespace paretune::devices {
namespace {

/// 64-bit FNV-1a: stable across runs and machines, unlike std::hash.
std::uint64_t fnv1a(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace

bool DeviceInfo::has(const std::string& feature) const {
  return std::find(features.begin(), features.end(), feature) != features.end();
}

std::string DeviceInfo::fingerprint() const {
  auto sorted = features;
  std::sort(sorted.begin(), sorted.end());
  const auto text =
      fmt::format("{}\n{}\n{}\n{}\n{}", kind, name, driver, compute_units, fmt::join(sorted, ","));
  return fmt::format("{:016x}", fnv1a(text));
}

}  // namespace paretune::devices
