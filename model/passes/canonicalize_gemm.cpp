// SPDX-License-Identifier: Apache-2.0
#include "model/passes/canonicalize_gemm.h"

#include "model/passes/edit.h"

namespace paretune::model {
namespace {

bool is_f32_matrix(const Tensor* tensor) {
  return tensor != nullptr && tensor->type() == ElementType::f32 && tensor->rank() == 2;
}

/// C is the same for every row of the output.
bool is_row(const Tensor& c, std::int64_t n) {
  const std::int64_t last = c.rank() == 0 ? 1 : c.shape().back();
  return c.type() == ElementType::f32 && c.rank() <= 2 &&
         c.count() == static_cast<std::size_t>(last) && (last == n || last == 1);
}

bool is_canonical(const Node& node, const Tensor* c, std::int64_t n) {
  return node.int_attribute("transB", 0) == 1 && node.float_attribute("alpha", 1) == 1.0F &&
         node.float_attribute("beta", 1) == 1.0F && (c == nullptr || c->shape() == Shape{n});
}

Tensor scaled_transpose(const Tensor& b, bool transposed, float alpha) {
  const std::int64_t rows = transposed ? b.dim(0) : b.dim(1);
  const std::int64_t inner = transposed ? b.dim(1) : b.dim(0);
  Tensor out(ElementType::f32, {rows, inner});
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t l = 0; l < inner; ++l) {
      const auto from = static_cast<std::size_t>(transposed ? i * inner + l : l * rows + i);
      out.data<float>()[static_cast<std::size_t>(i * inner + l)] = alpha * b.data<float>()[from];
    }
  }
  return out;
}

Tensor scaled_row(const Tensor& c, std::int64_t n, float beta) {
  Tensor out(ElementType::f32, {n});
  for (std::size_t i = 0; i < out.count(); ++i) {
    out.data<float>()[i] = beta * c.data<float>()[c.count() == 1 ? 0 : i];
  }
  return out;
}

bool canonicalize(Graph& graph, const Uses& uses, Node& node) {
  if (node.op_type != "Gemm" || !node.domain.empty()) return false;
  const Tensor* b = find_initializer(graph, node.input(1));
  if (!is_f32_matrix(b) || node.int_attribute("transA", 0) != 0) return false;
  const bool transposed = node.int_attribute("transB", 0) != 0;
  const std::int64_t n = b->dim(transposed ? 0 : 1);
  const Tensor* c = find_initializer(graph, node.input(2));
  if (is_canonical(node, c, n)) return false;
  if (!node.input(2).empty() && (c == nullptr || !is_row(*c, n))) return false;
  // Both are computed before either is stored: C may be the same initializer as B.
  Tensor weight = scaled_transpose(*b, transposed, node.float_attribute("alpha", 1));
  if (c != nullptr) {
    Tensor bias = scaled_row(*c, n, node.float_attribute("beta", 1));
    node.inputs[2] = store_constant(graph, uses, node.inputs[2], std::move(bias));
  }
  node.inputs[1] = store_constant(graph, uses, node.inputs[1], std::move(weight));
  node.attributes = {{"transB", std::int64_t{1}}};
  return true;
}

}  // namespace

std::size_t canonicalize_gemm(Graph& graph) {
  std::size_t changed = 0;
  const Uses uses(graph);
  for (auto& node : graph.nodes) changed += canonicalize(graph, uses, node) ? 1 : 0;
  return changed;
}

}  // namespace paretune::model
