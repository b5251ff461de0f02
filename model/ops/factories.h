// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "model/ops/operator.h"

namespace paretune::model {

// One per operator file; list.cpp puts them in order.
std::unique_ptr<Operator> make_add();
std::unique_ptr<Operator> make_average_pool();
std::unique_ptr<Operator> make_batch_normalization();
std::unique_ptr<Operator> make_cast();
std::unique_ptr<Operator> make_cast_like();
std::unique_ptr<Operator> make_clip();
std::unique_ptr<Operator> make_concat();
std::unique_ptr<Operator> make_constant();
std::unique_ptr<Operator> make_conv();
std::unique_ptr<Operator> make_dequantize_linear();
std::unique_ptr<Operator> make_div();
std::unique_ptr<Operator> make_dropout();
std::unique_ptr<Operator> make_flatten();
std::unique_ptr<Operator> make_gemm();
std::unique_ptr<Operator> make_global_average_pool();
std::unique_ptr<Operator> make_identity();
std::unique_ptr<Operator> make_matmul();
std::unique_ptr<Operator> make_max_pool();
std::unique_ptr<Operator> make_mul();
std::unique_ptr<Operator> make_quantize_linear();
std::unique_ptr<Operator> make_relu();
std::unique_ptr<Operator> make_reshape();
std::unique_ptr<Operator> make_softmax();
std::unique_ptr<Operator> make_squeeze();
std::unique_ptr<Operator> make_sub();
std::unique_ptr<Operator> make_transpose();
std::unique_ptr<Operator> make_unsqueeze();

}  // namespace paretune::model
