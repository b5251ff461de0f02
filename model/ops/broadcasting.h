// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/tensor.h"

namespace paretune::model {

/// The common shape of two shapes (ONNX Broadcasting.md, as numpy): aligned at the last dimension,
/// 1 stretches. Free dimensions stay free unless the other one fixes them. Throws InvalidModel.
Shape broadcast(const Shape& a, const Shape& b);

/// For each element of `shape` in row-major order the offset of the element of `from` it reads;
/// `from` must broadcast to `shape`.
std::vector<std::size_t> broadcast_offsets(const Shape& from, const Shape& shape);

/// Walks a broadcast result in row-major order, in runs of `length` elements within which each
/// operand either advances by one element per result or stands still.
class BroadcastWalk {
 public:
  /// Every operand must broadcast to `shape`.
  BroadcastWalk(std::span<const Shape> operands, const Shape& shape);

  bool done() const { return left_ == 0; }
  void next();
  std::size_t length() const { return length_; }
  /// Element of operand `k` that the run starts with.
  std::size_t offset(std::size_t k) const { return offsets_[k]; }
  /// 1 or 0: how far operand `k` advances.
  std::size_t step(std::size_t k) const { return steps_[k]; }

 private:
  std::size_t length_ = 1;
  std::size_t left_ = 0;  ///< runs
  std::vector<std::size_t> steps_, offsets_;
  std::vector<std::int64_t> dims_, index_;         ///< of the dimensions outside a run
  std::vector<std::vector<std::size_t>> strides_;  ///< of each operand, 0 where it is stretched
};

}  // namespace paretune::model
