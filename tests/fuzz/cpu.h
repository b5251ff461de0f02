// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devices/device.h"

namespace paretune::fuzz {

/// A processor as data: the same wherever this runs.
inline devices::DeviceInfo cpu() {
  devices::DeviceInfo info;
  info.id = info.kind = info.name = info.driver = "cpu";
  info.memory_bytes = std::int64_t{1} << 32;
  info.compute_units = 2;
  info.host_shared = true;
  info.features = {"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"};
  return info;
}

}  // namespace paretune::fuzz
