// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kernels/conv_shape.h"

namespace paretune::kernels {

/// Integers a device program is specialised by; each becomes -DNAME=value.
using Definitions = std::map<std::string, std::int64_t>;

/// Element types and epilogue of a workload: IN_U8, OUT_U8, ADD, RELU and VEC = 1.
Definitions common_definitions(const model::Workload& workload);
/// The numbers of a convolution: BATCH H W C CG GROUPS KG R S OH OW, strides, pads, dilations.
Definitions conv_definitions(const ConvShape& shape);

/// How a program with one work-item per output element is specialised.
struct SimpleForm {
  const char* entry = "";  ///< "pool" or "pointwise"
  Definitions definitions;
  std::int64_t items = 0;  ///< output elements
  std::int64_t read = 0;   ///< input elements
  int inputs = 1;
};
/// Of a pool, add, relu or convert workload. LAYOUT of a convert: 0 keeps it, 1 NCHW to NHWC, 2
/// back.
SimpleForm simple_form(const model::Workload& workload);

/// True for the element types device kernels read and write: f32 and u8.
bool supported_type(model::ElementType type);

}  // namespace paretune::kernels
