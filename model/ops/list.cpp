// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/halves.h"
#include "model/ops/operator.h"

namespace paretune::model {
namespace {

std::vector<std::unique_ptr<Operator>> make_all() {
  std::vector<std::unique_ptr<Operator>> all;
  all.push_back(make_add());
  all.push_back(make_average_pool());
  all.push_back(make_batch_normalization());
  all.push_back(make_cast());
  all.push_back(make_cast_like());
  all.push_back(make_clip());
  all.push_back(make_concat());
  all.push_back(make_constant());
  all.push_back(make_conv());
  all.push_back(make_dequantize_linear());
  all.push_back(make_div());
  all.push_back(make_dropout());
  all.push_back(make_flatten());
  all.push_back(make_gemm());
  all.push_back(make_global_average_pool());
  all.push_back(make_identity());
  all.push_back(make_matmul());
  all.push_back(make_max_pool());
  all.push_back(make_mul());
  all.push_back(make_quantize_linear());
  all.push_back(make_relu());
  all.push_back(make_reshape());
  all.push_back(make_softmax());
  all.push_back(make_squeeze());
  all.push_back(make_sub());
  all.push_back(make_transpose());
  all.push_back(make_unsqueeze());
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
  for (const auto& op : operators()) {
    if (op->op_type() == op_type) return op.get();
  }
  return nullptr;
}

}  // namespace paretune::model
