// SPDX-License-Identifier: Apache-2.0
#include "harness/noise.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "devices/errors.h"
#include "harness/canary_run.h"
#include "harness/timing.h"
#include "results/statistics.h"

namespace paretune::harness {
NoiseFloor measure_noise(runtime::DeviceSet& devices, int blocks, int pairs) {
  omp_set_num_threads(1);
  const auto kernel = plain_product("cpu", devices);
  if (kernel == nullptr) {
    throw devices::DeviceError("cpu: no kernel takes a plain f32 matrix product");
  }
  const auto run = [&] { kernel->run(); };
  NoiseFloor noise;
  noise.blocks = blocks;
  noise.pairs = pairs;
  std::vector<std::int64_t> all;
  double least = 0, most = 0;
  for (int block = 0; block < blocks; ++block) {
    const auto samples =
        time_interleaved(run, run, {pairs, pairs, 0, static_cast<std::uint64_t>(block)});
    const double a = results::quantile(samples.wall_a, 0.5);
    const double b = results::quantile(samples.wall_b, 0.5);
    noise.floor_paired = std::max(noise.floor_paired, std::abs(a / b - 1));
    least = block == 0 ? a : std::min(least, a);
    most = std::max(most, a);
    all.insert(all.end(), samples.wall_a.begin(), samples.wall_a.end());
  }
  noise.run_us = results::quantile(all, 0.5) / 1e3;
  noise.cv = variation(all);
  noise.floor_apart = most / least - 1;
  return noise;
}

}  // namespace paretune::harness
