// SPDX-License-Identifier: Apache-2.0
#include "model/ops/broadcasting.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/errors.h"

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

/// Elements between neighbours along each dimension of `shape`, 0 where `from` is stretched.
std::vector<std::size_t> broadcast_strides(const Shape& from, const Shape& shape) {
  std::vector<std::size_t> strides(shape.size(), 0);
  std::size_t stride = 1;
  for (std::size_t back = 1; back <= from.size(); ++back) {
    const std::int64_t dim = from[from.size() - back];
    if (dim != 1) strides[shape.size() - back] = stride;
    stride *= static_cast<std::size_t>(dim);
  }
  return strides;
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
  std::vector<std::size_t> offsets;
  offsets.reserve(static_cast<std::size_t>(element_count(shape)));
  for (BroadcastWalk walk({&from, 1}, shape); !walk.done(); walk.next()) {
    for (std::size_t i = 0; i < walk.length(); ++i) {
      offsets.push_back(walk.offset(0) + i * walk.step(0));
    }
  }
  return offsets;
}

BroadcastWalk::BroadcastWalk(std::span<const Shape> operands, const Shape& shape)
    : steps_(operands.size(), 0), offsets_(operands.size(), 0) {
  for (const Shape& operand : operands) strides_.push_back(broadcast_strides(operand, shape));
  // The innermost dimension longer than one says which operands advance; outer ones join the run
  // as long as they continue it for every operand.
  std::size_t rank = shape.size();
  bool joined = false;
  for (; rank > 0; --rank) {
    if (shape[rank - 1] == 1) continue;
    bool continues = true;
    for (std::size_t k = 0; k < strides_.size(); ++k) {
      const std::size_t stride = strides_[k][rank - 1];
      if (!joined) steps_[k] = stride;
      continues = continues && stride == steps_[k] * length_;
    }
    if (!continues) break;
    joined = true;
    length_ *= static_cast<std::size_t>(shape[rank - 1]);
  }
  dims_.assign(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(rank));
  index_.assign(rank, 0);
  left_ = length_ == 0 ? 0 : static_cast<std::size_t>(element_count(dims_));
}

void BroadcastWalk::next() {
  --left_;
  for (std::size_t axis = dims_.size(); axis-- > 0;) {
    const bool wraps = ++index_[axis] == dims_[axis];
    for (std::size_t k = 0; k < offsets_.size(); ++k) {
      offsets_[k] += strides_[k][axis];
      if (wraps) offsets_[k] -= strides_[k][axis] * static_cast<std::size_t>(dims_[axis]);
    }
    if (!wraps) return;
    index_[axis] = 0;
  }
}

}  // namespace paretune::model
