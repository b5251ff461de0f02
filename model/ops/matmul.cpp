// SPDX-License-Identifier: Apache-2.0
#include "model/ops/broadcasting.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// Both shapes as batches of matrices: a vector on the left is a row, on the right a column.
struct Operands {
  Shape left, right;  ///< rank 2 or more
  Shape batch;        ///< common batch dimensions
  Shape out;          ///< with the row or column of a vector dropped
};

Operands operands_of(const ValueInfo& a, const ValueInfo& b) {
  if (a.shape.empty() || b.shape.empty()) throw InvalidModel("a scalar is no matrix");
  Operands result{a.shape, b.shape, {}, {}};
  if (a.shape.size() == 1) result.left.insert(result.left.begin(), 1);
  if (b.shape.size() == 1) result.right.push_back(1);
  const std::int64_t inner = result.left.back(), other = result.right.end()[-2];
  if (inner >= 0 && other >= 0 && inner != other) {
    throw InvalidModel(fmt::format("shapes {} and {} have different inner dimensions",
                                   to_text(a.shape), to_text(b.shape)));
  }
  result.batch = broadcast(Shape(result.left.begin(), result.left.end() - 2),
                           Shape(result.right.begin(), result.right.end() - 2));
  result.out = result.batch;
  if (a.shape.size() > 1) result.out.push_back(result.left.end()[-2]);
  if (b.shape.size() > 1) result.out.push_back(result.right.back());
  return result;
}

/// ONNX MatMul-13: as numpy.matmul.
class MatMul : public Operator {
 public:
  std::string_view op_type() const override { return "MatMul"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& a = required(context, 0);
    const auto& b = required(context, 1);
    require_floating(a);
    require_same_type(a, b);
    return {output_of(a.type, operands_of(a, b).out)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    for_floating(info.type, [&]<typename T>() { run<T>(inputs, out); });
    return {std::move(out)};
  }

 private:
  template <typename T>
  static void run(std::span<const Tensor* const> inputs, Tensor& out) {
    const Operands operands = operands_of({"", inputs[0]->type(), inputs[0]->shape(), {}},
                                          {"", inputs[1]->type(), inputs[1]->shape(), {}});
    const auto m = static_cast<std::size_t>(operands.left.end()[-2]);
    const auto inner = static_cast<std::size_t>(operands.left.back());
    const auto n = static_cast<std::size_t>(operands.right.back());
    const auto left =
        broadcast_offsets(Shape(operands.left.begin(), operands.left.end() - 2), operands.batch);
    const auto right =
        broadcast_offsets(Shape(operands.right.begin(), operands.right.end() - 2), operands.batch);
    T* result = out.data<T>().data();
    for (std::size_t batch = 0; batch < left.size(); ++batch) {
      const T* a = inputs[0]->data<T>().data() + left[batch] * m * inner;
      const T* b = inputs[1]->data<T>().data() + right[batch] * inner * n;
      for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          double sum = 0;
          for (std::size_t l = 0; l < inner; ++l) {
            sum += static_cast<double>(a[i * inner + l]) * b[l * n + j];
          }
          *result++ = static_cast<T>(sum);
        }
      }
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_matmul() { return std::make_unique<MatMul>(); }

}  // namespace paretune::model
