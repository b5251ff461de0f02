// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/study.h"
#include "model/graph.h"
#include "model/tensor.h"

namespace paretune::harness {

/// A model input and where its values come from: an array of samples, or one number everywhere.
///
/// A sample fills the whole input ([24,576], or [1,28,28] where the input is [1,1,28,28]), or one
/// place of the input's first dimension, which then is the batch ([3,32,32] where the input is
/// [8,3,32,32]). Dimensions of 1 may differ, and a flat input takes a sample of any shape.
class Feed {
 public:
  /// Pairs `array`, whose first axis counts samples, with `input`, whose dimensions are bound.
  /// Element types may differ: integers of up to 16 bits become floats, (x*scale - mean) / std;
  /// f64 becomes f32; integers and bools become other integers that hold all of the array's values.
  /// Throws ConfigError that begins with `origin` and names both shapes or both types.
  Feed(const std::string& origin, model::Tensor array, const model::ValueInfo& input,
       const Preprocess& preprocess);
  /// `value` in every element. Throws ConfigError when the input's type cannot hold it.
  Feed(const std::string& origin, double value, const model::ValueInfo& input);

  bool is_constant() const { return samples_ == 0; }
  std::size_t samples() const { return samples_; }
  /// Samples the model takes at once: its input's first dimension, or 1 when a sample fills it.
  std::size_t batch() const { return batch_; }
  /// Samples `indices` as one input. There are batch() of them, or any number where the first
  /// dimension is the batch or 1. Constants ignore them.
  model::Tensor stacked(const std::vector<std::size_t>& indices) const;

 private:
  void match_shape(const std::string& origin);
  void match_type(const std::string& origin) const;

  model::Tensor array_;      ///< as stored; a constant's is the input itself
  model::ValueInfo input_;   ///< type and bound shape
  Preprocess preprocess_;    ///< for integers that become floats
  std::size_t samples_ = 0;  ///< 0: a constant
  std::size_t batch_ = 1;
  bool whole_ = false;  ///< one sample fills an input whose first dimension is no batch
};

}  // namespace paretune::harness
