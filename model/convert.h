// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/float8.h"
#include "model/tensor.h"

namespace paretune::model {

/// What ONNX Cast leaves to attributes.
struct Conversion {
  bool saturate = true;  ///< of floats of 8 bits: numbers out of range become the largest one
  ScaleRounding scale_rounding = ScaleRounding::up;
};

/// The elements of `tensor` as another type (ONNX Cast-25): floats are rounded once to nearest
/// even; fractions truncate to integers; integers that do not fit wrap; floats that do not fit an
/// integer, which ONNX leaves open, saturate, but wrap in integers of 4 or 2 bits, as in
/// onnx.reference; NaN becomes 0 in integers.
Tensor converted(const Tensor& tensor, ElementType type, const Conversion& conversion = {});

}  // namespace paretune::model
