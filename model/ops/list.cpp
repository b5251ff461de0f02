// SPDX-License-Identifier: Apache-2.0
#include <unordered_map>

#include "model/ops/factories.h"
#include "model/ops/halves.h"
#include "model/ops/operator.h"

namespace paretune::model {
namespace {

std::vector<std::unique_ptr<Operator>> make_all() {
  std::vector<std::unique_ptr<Operator>> all;
  all.push_back(make_add());
  all.push_back(make_arg_max());
  all.push_back(make_arg_min());
  all.push_back(make_average_pool());
  all.push_back(make_batch_normalization());
  all.push_back(make_cast());
  all.push_back(make_cast_like());
  all.push_back(make_clip());
  all.push_back(make_concat());
  all.push_back(make_constant());
  all.push_back(make_constant_of_shape());
  all.push_back(make_conv());
  all.push_back(make_conv_integer());
  all.push_back(make_conv_transpose());
  all.push_back(make_depth_to_space());
  all.push_back(make_dequantize_linear());
  all.push_back(make_cum_sum());
  all.push_back(make_div());
  all.push_back(make_dropout());
  all.push_back(make_dynamic_quantize_linear());
  all.push_back(make_einsum());
  all.push_back(make_expand());
  all.push_back(make_flatten());
  all.push_back(make_gather());
  all.push_back(make_gather_elements());
  all.push_back(make_gather_nd());
  all.push_back(make_gemm());
  all.push_back(make_global_average_pool());
  all.push_back(make_global_lp_pool());
  all.push_back(make_global_max_pool());
  all.push_back(make_group_normalization());
  all.push_back(make_gru());
  all.push_back(make_hardmax());
  all.push_back(make_identity());
  all.push_back(make_if());
  all.push_back(make_instance_normalization());
  all.push_back(make_is_inf());
  all.push_back(make_is_nan());
  all.push_back(make_layer_normalization());
  all.push_back(make_log_softmax());
  all.push_back(make_lp_normalization());
  all.push_back(make_lp_pool());
  all.push_back(make_lrn());
  all.push_back(make_lstm());
  all.push_back(make_matmul());
  all.push_back(make_matmul_integer());
  all.push_back(make_max_pool());
  all.push_back(make_mean_variance_normalization());
  all.push_back(make_mod());
  all.push_back(make_mul());
  all.push_back(make_non_zero());
  all.push_back(make_one_hot());
  all.push_back(make_pad());
  all.push_back(make_pow());
  all.push_back(make_qlinear_conv());
  all.push_back(make_qlinear_matmul());
  all.push_back(make_quantize_linear());
  all.push_back(make_range());
  all.push_back(make_reshape());
  all.push_back(make_resize());
  all.push_back(make_rms_normalization());
  all.push_back(make_rnn());
  all.push_back(make_scatter_elements());
  all.push_back(make_scatter_nd());
  all.push_back(make_shape());
  all.push_back(make_size());
  all.push_back(make_slice());
  all.push_back(make_softmax());
  all.push_back(make_space_to_depth());
  all.push_back(make_split());
  all.push_back(make_squeeze());
  all.push_back(make_sub());
  all.push_back(make_tile());
  all.push_back(make_transpose());
  all.push_back(make_trilu());
  all.push_back(make_top_k());
  all.push_back(make_unsqueeze());
  all.push_back(make_upsample());
  all.push_back(make_where());
  append_activations(all);
  append_comparisons(all);
  append_functions(all);
  append_logic(all);
  append_reductions(all);
  append_variadic(all);
  for (auto& op : all) op = widening_halves(std::move(op));
  return all;
}

}  // namespace

const std::vector<std::unique_ptr<Operator>>& operators() {
  static const auto all = make_all();
  return all;
}

const Operator* find_operator(std::string_view op_type, std::string_view domain) {
  if (!domain.empty() && domain != "ai.onnx") return nullptr;
  static const auto by_type = [] {
    std::unordered_map<std::string_view, const Operator*> map;
    for (const auto& op : operators()) map[op->op_type()] = op.get();
    return map;
  }();
  const auto found = by_type.find(op_type);
  return found == by_type.end() ? nullptr : found->second;
}

}  // namespace paretune::model
