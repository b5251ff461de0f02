// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/onednn_plan.h"

namespace paretune::kernels {
namespace {

using Memory = dnnl::memory;
using DataType = Memory::data_type;
using Tag = Memory::format_tag;

DataType source_type(OnednnType type) {
  if (type == OnednnType::u8s8) return DataType::u8;
  return type == OnednnType::bf16 ? DataType::bf16 : DataType::f32;
}

DataType weights_type(OnednnType type) {
  if (type == OnednnType::u8s8) return DataType::s8;
  return type == OnednnType::bf16 ? DataType::bf16 : DataType::f32;
}

/// Integer layers with a residual r of scale rs and zero point rz compute in units of rs:
///   y / rs = sum * (xs * ws / rs) + (bias / rs - rz) + r
/// so that the stored u8 residual is added as it lies, without a pass that dequantizes it.
dnnl::primitive_attr make_attributes(const OnednnPlan& plan, int weights_mask) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops after;
  if (plan.shape.add) after.append_binary(dnnl::algorithm::binary_add, plan.residual);
  if (plan.shape.relu) after.append_eltwise(dnnl::algorithm::eltwise_relu, 0.F, 0.F);
  attributes.set_post_ops(after);
  if (plan.type != OnednnType::u8s8) return attributes;
  attributes.set_scales_mask(DNNL_ARG_WEIGHTS, weights_mask);
  attributes.set_zero_points_mask(DNNL_ARG_SRC, 0);
  if (plan.has_output_scale) attributes.set_scales_mask(DNNL_ARG_DST, 0);
  if (plan.output_u8) attributes.set_zero_points_mask(DNNL_ARG_DST, 0);
  return attributes;
}

template <typename PrimitiveDesc, typename Primitive>
void finish(OnednnPlan& plan, const PrimitiveDesc& desc) {
  plan.weights = desc.weights_desc();
  plan.scratchpad = desc.scratchpad_desc();
  plan.primitive = Primitive(desc);
}

void plan_conv(OnednnPlan& plan, const dnnl::engine& engine) {
  const auto& at = plan.shape;
  const auto type = weights_type(plan.type);
  const Memory::dims source = {at.n, at.c, at.h, at.w}, output = {at.n, at.k, at.oh, at.ow};
  const bool grouped = at.group != 1;
  const Memory::dims weights =
      grouped ? Memory::dims{at.group, at.k / at.group, at.c / at.group, at.r, at.s}
              : Memory::dims{at.k, at.c, at.r, at.s};
  const auto out = plan.output_u8 ? DataType::u8 : DataType::f32;
  const auto residual = plan.type == OnednnType::u8s8 ? DataType::u8 : DataType::f32;
  plan.source = Memory::desc(source, source_type(plan.type), Tag::nhwc);
  plan.f32_source = Memory::desc(source, DataType::f32, Tag::nhwc);
  plan.output = Memory::desc(output, out, Tag::nhwc);
  plan.residual = Memory::desc(output, residual, Tag::nhwc);
  plan.stored_weights = Memory::desc(weights, type, grouped ? Tag::goihw : Tag::oihw);
  const auto bias = plan.has_bias ? Memory::desc({at.k}, DataType::f32, Tag::a) : Memory::desc();
  using Conv = dnnl::convolution_forward;
  const Conv::primitive_desc desc(
      engine, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, plan.source,
      Memory::desc(weights, type, Tag::any), bias, plan.output, {at.stride_h, at.stride_w},
      {at.dilation_h - 1, at.dilation_w - 1}, {at.pad_t, at.pad_l}, {at.pad_b, at.pad_r},
      make_attributes(plan, grouped ? 3 : 1));
  finish<Conv::primitive_desc, Conv>(plan, desc);
}

void plan_gemm(OnednnPlan& plan, const dnnl::engine& engine) {
  const auto& at = plan.shape;
  const auto type = weights_type(plan.type);
  const auto m = at.ow, n = at.k, k = at.c;
  const auto out = plan.output_u8 ? DataType::u8 : DataType::f32;
  const auto residual = plan.type == OnednnType::u8s8 ? DataType::u8 : DataType::f32;
  plan.source = Memory::desc({m, k}, source_type(plan.type), Tag::ab);
  plan.f32_source = Memory::desc({m, k}, DataType::f32, Tag::ab);
  plan.output = Memory::desc({m, n}, out, Tag::ab);
  plan.residual = Memory::desc({m, n}, residual, Tag::ab);
  plan.stored_weights = Memory::desc({k, n}, type, Tag::ba);
  const auto bias = plan.has_bias ? Memory::desc({1, n}, DataType::f32, Tag::ab) : Memory::desc();
  using Matmul = dnnl::matmul;
  const Matmul::primitive_desc desc(engine, plan.source, Memory::desc({k, n}, type, Tag::any), bias,
                                    plan.output, make_attributes(plan, 2));
  finish<Matmul::primitive_desc, Matmul>(plan, desc);
}

}  // namespace

OnednnType onednn_type(const model::Workload& workload) {
  if (workload.tag("in") == "u8") return OnednnType::u8s8;
  return workload.tag("wei") == "bf16" ? OnednnType::bf16 : OnednnType::f32;
}

OnednnPlan make_onednn_plan(const model::Workload& workload, const dnnl::engine& engine) {
  OnednnPlan plan;
  plan.type = onednn_type(workload);
  plan.shape = conv_shape(workload);
  plan.output_u8 = output_type(workload) == model::ElementType::u8;
  const bool scaled_residual = plan.type == OnednnType::u8s8 && plan.shape.add;
  plan.has_bias = plan.shape.bias || scaled_residual;
  plan.has_output_scale = plan.type == OnednnType::u8s8 && (plan.output_u8 || scaled_residual);
  if (workload.family == "gemm") {
    plan_gemm(plan, engine);
  } else {
    plan_conv(plan, engine);
  }
  return plan;
}

}  // namespace paretune::kernels
