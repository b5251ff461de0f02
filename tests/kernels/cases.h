// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/workload.h"

/// Workloads every backend's kernels are tested on.
namespace paretune::kernels::cases {

/// Element types of a conv or gemm: tags "in", "wei", "out".
struct Types {
  std::string in = "f32", wei = "f32", out = "f32";
};
inline const Types f32{};
inline const Types int8_to_u8{"u8", "s8_channel", "u8"};
inline const Types int8_to_f32{"u8", "s8_channel", "f32"};
inline const Types int8_tensor_to_u8{"u8", "s8_tensor", "u8"};
/// An f32 layer whose reader is an integer layer.
inline const Types f32_to_u8{"f32", "f32", "u8"};
inline const Types bf16{"f32", "bf16", "f32"};

struct Conv {
  std::int64_t n = 1, c = 1, h = 1, w = 1, k = 1, r = 1, s = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_t = 0, pad_l = 0, pad_b = 0, pad_r = 0;
  std::int64_t dilation_h = 1, dilation_w = 1, group = 1;
  std::int64_t bias = 1, add = 0, relu = 0;
};

inline model::Workload conv(const Conv& at, const Types& types = f32) {
  return {"conv",
          {{"n", at.n},
           {"c", at.c},
           {"h", at.h},
           {"w", at.w},
           {"k", at.k},
           {"r", at.r},
           {"s", at.s},
           {"stride_h", at.stride_h},
           {"stride_w", at.stride_w},
           {"pad_t", at.pad_t},
           {"pad_l", at.pad_l},
           {"pad_b", at.pad_b},
           {"pad_r", at.pad_r},
           {"dilation_h", at.dilation_h},
           {"dilation_w", at.dilation_w},
           {"group", at.group},
           {"bias", at.bias},
           {"add", at.add},
           {"relu", at.relu}},
          {{"in", types.in}, {"wei", types.wei}, {"out", types.out}}};
}

/// One spatial dimension: a kernel of `taps` over `length` steps, padded on both sides.
inline Conv line(std::int64_t c, std::int64_t length, std::int64_t k, std::int64_t taps,
                 std::int64_t stride, std::int64_t pad, std::int64_t relu = 0) {
  Conv at;
  at.c = c;
  at.w = length;
  at.k = k;
  at.s = taps;
  at.stride_w = stride;
  at.pad_l = at.pad_r = pad;
  at.relu = relu;
  return at;
}

/// Square kernel, equal stride and padding on all sides.
inline Conv square(std::int64_t c, std::int64_t size, std::int64_t k, std::int64_t kernel,
                   std::int64_t stride, std::int64_t pad, std::int64_t add = 0,
                   std::int64_t relu = 0) {
  Conv at;
  at.c = c;
  at.h = at.w = size;
  at.k = k;
  at.r = at.s = kernel;
  at.stride_h = at.stride_w = stride;
  at.pad_t = at.pad_l = at.pad_b = at.pad_r = pad;
  at.add = add;
  at.relu = relu;
  return at;
}

/// The nine distinct convolutions of configs/models/resnet8_fmnist.onnx.
inline std::vector<Conv> resnet8_convs() {
  return {square(1, 28, 16, 3, 1, 1, 0, 1),  square(16, 14, 16, 3, 1, 1, 0, 1),
          square(16, 14, 16, 3, 1, 1, 1, 1), square(16, 14, 32, 3, 2, 1, 0, 1),
          square(16, 14, 32, 1, 2, 0, 0, 0), square(32, 7, 32, 3, 1, 1, 1, 1),
          square(32, 7, 64, 3, 2, 1, 0, 1),  square(32, 7, 64, 1, 2, 0, 0, 0),
          square(64, 4, 64, 3, 1, 1, 1, 1)};
}

/// Shapes that break kernels written for round numbers.
inline std::vector<Conv> edge_convs() {
  auto batch = square(5, 6, 19, 3, 1, 1, 1, 1);
  batch.n = 3;
  auto uneven = square(13, 9, 21, 3, 2, 0, 0, 1);  // pads differ on all four sides
  uneven.pad_t = 0;
  uneven.pad_l = 2;
  uneven.pad_b = 1;
  uneven.pad_r = 3;
  auto oblong = square(3, 11, 7, 1, 1, 0, 1, 0);  // 1 x 5 kernel on a 4 x 17 image
  oblong.h = 4;
  oblong.w = 17;
  oblong.s = 5;
  oblong.pad_l = oblong.pad_r = 2;
  auto dilated = square(6, 12, 10, 3, 1, 2, 0, 0);
  dilated.dilation_h = dilated.dilation_w = 2;
  auto dilated_strided = square(3, 13, 5, 2, 2, 1, 0, 1);
  dilated_strided.dilation_h = 3;
  auto no_bias = square(8, 5, 16, 1, 1, 0, 0, 1);
  no_bias.bias = 0;
  auto stem = square(3, 15, 33, 7, 2, 3, 0, 1);
  auto whole_image = square(7, 3, 2, 3, 1, 0, 0, 0);  // one output pixel
  auto tiny = square(1, 1, 1, 1, 1, 0, 1, 0);
  auto no_bias_add = square(17, 5, 65, 3, 1, 1, 1, 0);
  no_bias_add.bias = 0;
  auto wide = square(40, 8, 96, 1, 1, 0, 1, 1);
  auto frames = line(1, 96, 18, 32, 16, 0);  // a framed transform
  frames.n = 3;
  auto dilated_line = line(9, 21, 13, 3, 1, 2, 1);
  dilated_line.dilation_w = 2;
  return {batch,       uneven, oblong,      dilated, dilated_strided, no_bias,     stem,
          whole_image, tiny,   no_bias_add, wide,    frames,          dilated_line};
}

/// Convolutions in groups, some of them depthwise.
inline std::vector<Conv> grouped_convs() {
  auto halves = square(8, 6, 12, 3, 1, 1, 0, 1);
  halves.group = 2;
  auto depthwise = square(24, 9, 24, 3, 2, 1, 0, 1);
  depthwise.group = 24;
  auto multiplied = square(6, 5, 18, 3, 1, 1, 0, 0);  // three outputs per channel
  multiplied.group = 6;
  auto shuffled = square(20, 7, 30, 1, 1, 0, 1, 1);
  shuffled.group = 5;
  auto depthwise_line = line(16, 19, 16, 5, 2, 2, 1);
  depthwise_line.group = 16;
  return {halves, depthwise, multiplied, shuffled, depthwise_line};
}

inline model::Workload gemm(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t bias,
                            std::int64_t add, std::int64_t relu, const Types& types = f32) {
  return {"gemm",
          {{"m", m}, {"n", n}, {"k", k}, {"bias", bias}, {"add", add}, {"relu", relu}},
          {{"in", types.in}, {"wei", types.wei}, {"out", types.out}}};
}

/// All gemm shapes in those types; the first is ResNet-8's.
inline std::vector<model::Workload> gemms(const Types& types) {
  return {gemm(1, 10, 64, 1, 0, 0, types),   gemm(1, 1, 1, 0, 0, 0, types),
          gemm(7, 33, 5, 1, 1, 1, types),    gemm(31, 17, 129, 1, 0, 1, types),
          gemm(5, 100, 300, 0, 0, 0, types), gemm(64, 96, 48, 1, 1, 0, types)};
}

/// Every conv of the lists above in those types.
inline std::vector<model::Workload> convs(const Types& types) {
  std::vector<model::Workload> all;
  for (const auto& list : {resnet8_convs(), edge_convs()}) {
    for (const auto& at : list) all.push_back(conv(at, types));
  }
  return all;
}

inline model::Workload max_pool(std::int64_t n, std::int64_t c, std::int64_t size,
                                std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                                const std::string& type) {
  return {"max_pool",
          {{"n", n},
           {"c", c},
           {"h", size},
           {"w", size},
           {"r", kernel},
           {"s", kernel},
           {"stride_h", stride},
           {"stride_w", stride},
           {"pad_t", pad},
           {"pad_l", pad},
           {"pad_b", pad},
           {"pad_r", pad}},
          {{"in", type}, {"out", type}}};
}

inline model::Workload average_pool(std::int64_t n, std::int64_t c, std::int64_t h,
                                    std::int64_t w) {
  return {"global_average_pool",
          {{"n", n}, {"c", c}, {"h", h}, {"w", w}},
          {{"in", "f32"}, {"out", "f32"}}};
}

inline model::Workload add(std::int64_t count, std::int64_t relu, const std::string& type) {
  return {"add", {{"count", count}, {"relu", relu}}, {{"in", type}, {"out", type}}};
}

inline model::Workload relu(std::int64_t count, const std::string& type) {
  return {"relu", {{"count", count}}, {{"in", type}, {"out", type}}};
}

/// `from` and `to` are "type/layout" on `device`.
inline model::Workload convert(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w,
                               const std::string& from, const std::string& to,
                               const std::string& device = "cpu") {
  return {"convert",
          {{"count", n * c * h * w}, {"n", n}, {"c", c}, {"h", h}, {"w", w}},
          {{"from", device + "/" + from}, {"to", device + "/" + to}}};
}

inline model::Workload convert_flat(std::int64_t count, const std::string& from,
                                    const std::string& to, const std::string& device = "cpu") {
  return {"convert",
          {{"count", count}},
          {{"from", device + "/" + from + "/flat"}, {"to", device + "/" + to + "/flat"}}};
}

/// Everything but conv and gemm.
inline std::vector<model::Workload> simple(const std::string& device = "cpu") {
  std::vector<model::Workload> all = {average_pool(1, 64, 4, 4), average_pool(3, 13, 5, 2)};
  for (const std::string type : {"f32", "u8"}) {
    all.push_back(max_pool(1, 16, 28, 3, 2, 1, type));
    all.push_back(max_pool(2, 19, 7, 2, 2, 0, type));
    all.push_back(max_pool(1, 5, 9, 3, 1, 1, type));
    all.push_back(add(3136, 1, type));
    all.push_back(add(1, 0, type));
    all.push_back(add(2051, 0, type));
    all.push_back(relu(1001, type));
    for (const std::string to : {"f32", "u8"}) {
      all.push_back(convert_flat(777, type, to, device));
      all.push_back(convert(2, 3, 17, 19, type + "/nchw", to + "/nhwc", device));
      all.push_back(convert(1, 33, 4, 5, type + "/nhwc", to + "/nchw", device));
      all.push_back(convert(1, 8, 4, 4, type + "/nhwc", to + "/nhwc", device));
    }
  }
  return all;
}

}  // namespace paretune::kernels::cases
