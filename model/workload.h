// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "model/graph.h"
#include "model/layer.h"

namespace paretune::model {

/// A layer (or convert) with concrete shapes, element types and epilogue: what a kernel is built
/// for and what a measurement is cached by. Two layers of equal workload share their measurements.
///
/// Families and their dims (all int64):
///  conv                 n c h w k r s  stride_h stride_w  pad_t pad_l pad_b pad_r
///                       dilation_h dilation_w group  bias(0/1) add(0/1) relu(0/1)
///                       data [n,c,h,w] * weight [k,c/group,r,s] -> [n,k,oh,ow]
///  gemm                 m n k bias add relu     data [m,k] * weight [n,k]^T -> [m,n]
///  max_pool             n c h w r s stride_h stride_w pad_t pad_l pad_b pad_r
///  global_average_pool  n c h w
///  add, relu            count  (relu of add: relu=1)
///  convert              count and, for reorders, n c h w
/// Tags (text): "in", "out" = element types ("f32","u8"); "wei" = scheme's weight type ("f32",
/// "s8_tensor", "s8_channel", "bf16", "f16"); for convert "from","to" = port text (see Port).
/// A layer of one spatial dimension has h = r = 1. gemm: m is the product of all but the last
/// dimension. Activations of conv and pooling are channels-last (NHWC) on every device; weights
/// reach kernels as OIHW and [n,k].
struct Workload {
  std::string family;
  std::map<std::string, std::int64_t> dims;
  std::map<std::string, std::string> tags;

  /// Throws std::out_of_range when absent.
  std::int64_t dim(std::string_view name) const;
  /// "" when absent.
  std::string tag(std::string_view name) const;

  /// Canonical text: family, then dims, then tags, each sorted by name, "conv c=16 h=14 ... in=u8".
  /// Stable across runs, machines and releases of one protocol version.
  std::string key() const;
  /// Inverse of key(); throws InvalidModel.
  static Workload parse(std::string_view key);

  /// Output height/width of conv and max_pool.
  std::int64_t out_h() const;
  std::int64_t out_w() const;
  /// Multiply-adds times two; 0 for families without arithmetic.
  double flops() const;

  friend bool operator==(const Workload&, const Workload&) = default;
};

/// Where and how a value lies: one endpoint of an edge (seam B).
struct Port {
  std::string device = "cpu";           ///< "cpu", "opencl:0"
  ElementType type = ElementType::f32;  ///< u8 values use the value's own quantization parameters
  /// Ranks 4 [n,c,h,w] and 3 [n,c,w]: "nchw" (row-major) or "nhwc" (channels last); else "flat".
  std::string layout = "nhwc";

  std::string text() const;  ///< "opencl:0/u8/nhwc"
  static Port parse(std::string_view text);
  friend auto operator<=>(const Port&, const Port&) = default;
};

/// Workload of a layer under the scheme's types. `scheme` is a name of model/quant/list.cpp;
/// `output` is f32 or u8 as the consumers ask. Needs inferred shapes.
Workload workload_of(const Graph& graph, const Layer& layer, std::string_view scheme,
                     ElementType output);

}  // namespace paretune::model
