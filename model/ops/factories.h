// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "model/ops/operator.h"

namespace paretune::model {

// One per operator file; list.cpp puts them in order.
std::unique_ptr<Operator> make_add();
std::unique_ptr<Operator> make_arg_max();
std::unique_ptr<Operator> make_arg_min();
std::unique_ptr<Operator> make_average_pool();
std::unique_ptr<Operator> make_batch_normalization();
std::unique_ptr<Operator> make_cast();
std::unique_ptr<Operator> make_cast_like();
std::unique_ptr<Operator> make_clip();
std::unique_ptr<Operator> make_concat();
std::unique_ptr<Operator> make_constant();
std::unique_ptr<Operator> make_constant_of_shape();
std::unique_ptr<Operator> make_conv();
std::unique_ptr<Operator> make_conv_integer();
std::unique_ptr<Operator> make_conv_transpose();
std::unique_ptr<Operator> make_depth_to_space();
std::unique_ptr<Operator> make_dequantize_linear();
std::unique_ptr<Operator> make_cum_sum();
std::unique_ptr<Operator> make_div();
std::unique_ptr<Operator> make_dropout();
std::unique_ptr<Operator> make_dynamic_quantize_linear();
std::unique_ptr<Operator> make_einsum();
std::unique_ptr<Operator> make_expand();
std::unique_ptr<Operator> make_flatten();
std::unique_ptr<Operator> make_gather();
std::unique_ptr<Operator> make_gather_elements();
std::unique_ptr<Operator> make_gather_nd();
std::unique_ptr<Operator> make_gemm();
std::unique_ptr<Operator> make_global_average_pool();
std::unique_ptr<Operator> make_global_lp_pool();
std::unique_ptr<Operator> make_global_max_pool();
std::unique_ptr<Operator> make_group_normalization();
std::unique_ptr<Operator> make_gru();
std::unique_ptr<Operator> make_hardmax();
std::unique_ptr<Operator> make_identity();
std::unique_ptr<Operator> make_if();
std::unique_ptr<Operator> make_instance_normalization();
std::unique_ptr<Operator> make_is_inf();
std::unique_ptr<Operator> make_is_nan();
std::unique_ptr<Operator> make_layer_normalization();
std::unique_ptr<Operator> make_log_softmax();
std::unique_ptr<Operator> make_lp_normalization();
std::unique_ptr<Operator> make_lp_pool();
std::unique_ptr<Operator> make_lrn();
std::unique_ptr<Operator> make_lstm();
std::unique_ptr<Operator> make_matmul();
std::unique_ptr<Operator> make_matmul_integer();
std::unique_ptr<Operator> make_max_pool();
std::unique_ptr<Operator> make_mean_variance_normalization();
std::unique_ptr<Operator> make_mod();
std::unique_ptr<Operator> make_mul();
std::unique_ptr<Operator> make_non_zero();
std::unique_ptr<Operator> make_one_hot();
std::unique_ptr<Operator> make_pad();
std::unique_ptr<Operator> make_pow();
std::unique_ptr<Operator> make_qlinear_conv();
std::unique_ptr<Operator> make_qlinear_matmul();
std::unique_ptr<Operator> make_quantize_linear();
std::unique_ptr<Operator> make_range();
std::unique_ptr<Operator> make_reshape();
std::unique_ptr<Operator> make_resize();
std::unique_ptr<Operator> make_rms_normalization();
std::unique_ptr<Operator> make_rnn();
std::unique_ptr<Operator> make_scatter_elements();
std::unique_ptr<Operator> make_scatter_nd();
std::unique_ptr<Operator> make_shape();
std::unique_ptr<Operator> make_size();
std::unique_ptr<Operator> make_slice();
std::unique_ptr<Operator> make_softmax();
std::unique_ptr<Operator> make_space_to_depth();
std::unique_ptr<Operator> make_split();
std::unique_ptr<Operator> make_squeeze();
std::unique_ptr<Operator> make_sub();
std::unique_ptr<Operator> make_tile();
std::unique_ptr<Operator> make_transpose();
std::unique_ptr<Operator> make_trilu();
std::unique_ptr<Operator> make_top_k();
std::unique_ptr<Operator> make_unsqueeze();
std::unique_ptr<Operator> make_upsample();
std::unique_ptr<Operator> make_where();

// Families of one file each.
void append_activations(std::vector<std::unique_ptr<Operator>>& all);
void append_comparisons(std::vector<std::unique_ptr<Operator>>& all);
void append_functions(std::vector<std::unique_ptr<Operator>>& all);
void append_logic(std::vector<std::unique_ptr<Operator>>& all);
void append_reductions(std::vector<std::unique_ptr<Operator>>& all);
void append_variadic(std::vector<std::unique_ptr<Operator>>& all);

}  // namespace paretune::model
