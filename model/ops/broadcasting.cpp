// SPDX-License-Identifier: Apache-2.0
#include "model/ops/broadcasting.h"

#include <algorithm>

namespace paretune::model {
namespace {

std::int64_t common(std::int64_t a, std::int64_t b, const Shape& left, const Shape& right) {
  if (a == b || b == 1) return a;
  if (a == 1) return b;
  if (a < 0) return b;
  if (b < 0) return a;
  throw InvalidModel(
      fmt::format("shapes {} and {} do not broadcast", to_text(left), to_text(right)));
}

}  // namespace

Shape broadcast(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()));
  for (std::size_t back = 1; back <= result.size(); ++back) {
    const std::int64_t left = back <= a.size() ? a[a.size() - back] : 1;
    const std::int64_t right = back <= b.size() ? b[b.size() - back] : 1;
    result[result.size() - back] = common(left, right, a, b);
  }
  return result;
}

std::vector<std::size_t> broadcast_offsets(const Shape& from, const Shape& shape) {
  std::vector<std::size_t> strides(shape.size(), 0);
  std::size_t stride = 1;
  for (std::size_t back = 1; back <= from.size(); ++back) {
    const std::int64_t dim = from[from.size() - back];
    if (dim != 1) strides[shape.size() - back] = stride;
    stride *= static_cast<std::size_t>(dim);
  }
  std::vector<std::size_t> offsets(static_cast<std::size_t>(element_count(shape)));
  std::vector<std::int64_t> index(shape.size(), 0);
  std::size_t offset = 0;
  for (auto& entry : offsets) {
    entry = offset;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * static_cast<std::size_t>(shape[axis]);
      index[axis] = 0;
    }
  }
  return offsets;
}

}  // namespace paretune::model
