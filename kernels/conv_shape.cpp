// SPDX-License-Identifier: Apache-2.0
#include "kernels/conv_shape.h"

namespace paretune::kernels {
namespace {

model::Port port(const model::Workload& workload, const char* tag) {
  return model::Port::parse(workload.tag(tag));
}

model::Shape convert_shape(const model::Workload& workload, const char* tag) {
  if (workload.dims.count("n") == 0) return {workload.dim("count")};
  const auto n = workload.dim("n"), c = workload.dim("c");
  const auto h = workload.dim("h"), w = workload.dim("w");
  return port(workload, tag).layout == "nchw" ? model::Shape{n, c, h, w} : model::Shape{n, h, w, c};
}

}  // namespace

ConvShape conv_shape(const model::Workload& workload) {
  ConvShape shape;
  shape.bias = workload.dim("bias") != 0;
  shape.add = workload.dim("add") != 0;
  shape.relu = workload.dim("relu") != 0;
  if (workload.family == "gemm") {
    shape.w = shape.ow = workload.dim("m");
    shape.c = workload.dim("k");
    shape.k = workload.dim("n");
    return shape;
  }
  shape.n = workload.dim("n");
  shape.c = workload.dim("c");
  shape.h = workload.dim("h");
  shape.w = workload.dim("w");
  shape.k = workload.dim("k");
  shape.r = workload.dim("r");
  shape.s = workload.dim("s");
  shape.stride_h = workload.dim("stride_h");
  shape.stride_w = workload.dim("stride_w");
  shape.pad_t = workload.dim("pad_t");
  shape.pad_l = workload.dim("pad_l");
  shape.pad_b = workload.dim("pad_b");
  shape.pad_r = workload.dim("pad_r");
  shape.dilation_h = workload.dim("dilation_h");
  shape.dilation_w = workload.dim("dilation_w");
  shape.group = workload.dim("group");
  shape.oh = workload.out_h();
  shape.ow = workload.out_w();
  return shape;
}

model::ElementType input_type(const model::Workload& workload) {
  if (workload.family == "convert") return port(workload, "from").type;
  return model::element_type_from_text(workload.tag("in"));
}

model::ElementType output_type(const model::Workload& workload) {
  if (workload.family == "convert") return port(workload, "to").type;
  return model::element_type_from_text(workload.tag("out"));
}

model::Shape input_shape(const model::Workload& workload) {
  const auto& family = workload.family;
  if (family == "convert") return convert_shape(workload, "from");
  if (family == "gemm") return {workload.dim("m"), workload.dim("k")};
  if (family == "add" || family == "relu") return {workload.dim("count")};
  return {workload.dim("n"), workload.dim("h"), workload.dim("w"), workload.dim("c")};
}

model::Shape output_shape(const model::Workload& workload) {
  const auto& family = workload.family;
  if (family == "convert") return convert_shape(workload, "to");
  if (family == "gemm") return {workload.dim("m"), workload.dim("n")};
  if (family == "add" || family == "relu") return {workload.dim("count")};
  if (family == "global_average_pool") return {workload.dim("n"), 1, 1, workload.dim("c")};
  const auto channels = family == "conv" ? workload.dim("k") : workload.dim("c");
  return {workload.dim("n"), workload.out_h(), workload.out_w(), channels};
}

int input_count(const model::Workload& workload) {
  if (workload.family == "add") return 2;
  const auto add = workload.dims.find("add");
  return add != workload.dims.end() && add->second != 0 ? 2 : 1;
}

}  // namespace paretune::kernels
