// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/dataset.h"
#include "harness/errors.h"
#include "model/candidate.h"

namespace paretune::harness {
namespace {

/// SHA-256("paretune:<index>"), first 64 bits as a fraction of 2^64.
double hash_fraction(std::size_t index) {
  const std::string digest = model::sha256("paretune:" + std::to_string(index));
  return static_cast<double>(std::stoull(digest.substr(0, 16), nullptr, 16)) * 0x1p-64;
}

}  // namespace

std::vector<std::size_t> split_indices(const Study& study, const std::string& split,
                                       std::size_t size) {
  const auto found = study.splits.find(split);
  if (found == study.splits.end())
    throw ConfigError(fmt::format("the study has no split '{}'", split));
  const SplitConfig& config = found->second;
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t index = 0; index < size; ++index) {
    const double fraction = hash_fraction(index);
    if (fraction >= config.from && fraction < config.to) ranked.emplace_back(fraction, index);
  }
  std::sort(ranked.begin(), ranked.end());
  if (config.take > 0 && static_cast<std::size_t>(config.take) < ranked.size()) {
    ranked.resize(static_cast<std::size_t>(config.take));
  }
  if (ranked.empty()) {
    throw ConfigError(fmt::format("split '{}' holds none of the {} samples of source '{}'", split,
                                  size, config.source));
  }
  std::vector<std::size_t> indices;
  indices.reserve(ranked.size());
  for (const auto& [fraction, index] : ranked) indices.push_back(index);
  return indices;
}

void check_disjoint(const Study& study, const std::map<std::string, std::size_t>& source_sizes) {
  std::map<std::pair<std::string, std::size_t>, std::string> owner;
  for (const auto& [split, config] : study.splits) {
    const auto size = source_sizes.find(config.source);
    if (size == source_sizes.end()) continue;
    for (const std::size_t index : split_indices(study, split, size->second)) {
      const auto [at, fresh] = owner.try_emplace({config.source, index}, split);
      if (fresh) continue;
      throw ConfigError(fmt::format(
          "splits '{}' and '{}' share samples of source '{}' (sample {}): they must be disjoint",
          at->second, split, config.source, index));
    }
  }
}

std::vector<std::vector<std::size_t>> in_batches(const std::vector<std::size_t>& indices,
                                                 std::size_t batch) {
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t start = 0; start < indices.size(); start += batch) {
    std::vector<std::size_t>& chunk = batches.emplace_back();
    for (std::size_t i = 0; i < batch; ++i) {
      chunk.push_back(indices[std::min(start + i, indices.size() - 1)]);
    }
  }
  return batches;
}

}  // namespace paretune::harness
