// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "search/space.h"

namespace paretune::search {

/// FNV-1a over the indices.
struct PointHash {
  std::size_t operator()(const Point& point) const {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const std::uint32_t index : point) hash = (hash ^ index) * 1099511628211ULL;
    return hash ^ (hash >> 32);
  }
};
using PointSet = std::unordered_set<Point, PointHash>;

}  // namespace paretune::search
