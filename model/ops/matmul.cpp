// SPDX-License-Identifier: Apache-2.0
#include "model/ops/factories.h"
#include "model/ops/matrix_product.h"

namespace paretune::model {

MatrixOperands matrix_operands(const Shape& a, const Shape& b) {
  if (a.empty() || b.empty()) throw InvalidModel("a scalar is no matrix");
  MatrixOperands result{a, b, {}, {}};
  if (a.size() == 1) result.left.insert(result.left.begin(), 1);
  if (b.size() == 1) result.right.push_back(1);
  const std::int64_t inner = result.left.back(), other = result.right.end()[-2];
  if (inner >= 0 && other >= 0 && inner != other) {
    throw InvalidModel(
        fmt::format("shapes {} and {} have different inner dimensions", to_text(a), to_text(b)));
  }
  result.batch = broadcast(Shape(result.left.begin(), result.left.end() - 2),
                           Shape(result.right.begin(), result.right.end() - 2));
  result.out = result.batch;
  if (a.size() > 1) result.out.push_back(result.left.end()[-2]);
  if (b.size() > 1) result.out.push_back(result.right.back());
  return result;
}

namespace {

/// ONNX MatMul-13 (and 1, 9): as numpy.matmul. Integers wrap.
class MatMul : public Operator {
 public:
  std::string_view op_type() const override { return "MatMul"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& a = required(context, 0);
    const auto& b = required(context, 1);
    require_arithmetic(a);
    require_same_type(a, b);
    return {output_of(a.type, matrix_operands(a.shape, b.shape).out)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const auto operands = matrix_operands(inputs[0]->shape(), inputs[1]->shape());
    for_arithmetic(info.type, [&]<typename T>() {
      T* result = out.data<T>().data();
      multiply_batches<SumOf<T>>(
          operands, inputs[0]->data<T>().data(), inputs[1]->data<T>().data(),
          [&](std::size_t at, SumOf<T> sum) { result[at] = static_cast<T>(sum); });
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_matmul() { return std::make_unique<MatMul>(); }

}  // namespace paretune::model
