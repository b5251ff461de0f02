// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "model/ops/broadcasting.h"
#include "model/ops/dispatch.h"
#include "model/ops/rules.h"

namespace paretune::model {

/// The type products of T are summed in: double for floating types; unsigned for integers, so that
/// overflow wraps instead of being undefined.
template <typename T>
using SumOf = std::conditional_t<std::is_floating_point_v<T>, double,
                                 std::conditional_t<(sizeof(T) > 4), std::uint64_t, std::uint32_t>>;

/// Both shapes as batches of matrices, as numpy.matmul: a vector on the left is a row, on the right
/// a column. Throws InvalidModel when they do not fit.
struct MatrixOperands {
  Shape left, right;  ///< rank 2 or more
  Shape batch;        ///< common batch dimensions
  Shape out;          ///< with the row or column of a vector dropped
};
MatrixOperands matrix_operands(const Shape& a, const Shape& b);

/// Row-major a [m,inner] times b [inner,n]; `store(row, sums)` takes the rows of the product.
template <typename Sum, typename A, typename B, typename Store>
void multiply_matrices(const A* a, const B* b, std::size_t m, std::size_t inner, std::size_t n,
                       Store&& store) {
  std::vector<Sum> sums(n);
  for (std::size_t i = 0; i < m; ++i) {
    std::ranges::fill(sums, Sum(0));
    const A* row = a + i * inner;
    std::size_t l = 0;
    // Four rows of b at a time: the sums are read and written a quarter as often.
    for (; l + 4 <= inner; l += 4) {
      const auto a0 = static_cast<Sum>(row[l]), a1 = static_cast<Sum>(row[l + 1]),
                 a2 = static_cast<Sum>(row[l + 2]), a3 = static_cast<Sum>(row[l + 3]);
      const B *b0 = b + l * n, *b1 = b0 + n, *b2 = b1 + n, *b3 = b2 + n;
      for (std::size_t j = 0; j < n; ++j) {
        sums[j] += a0 * static_cast<Sum>(b0[j]) + a1 * static_cast<Sum>(b1[j]) +
                   a2 * static_cast<Sum>(b2[j]) + a3 * static_cast<Sum>(b3[j]);
      }
    }
    for (; l < inner; ++l) {
      const auto left = static_cast<Sum>(row[l]);
      const B* right = b + l * n;
      for (std::size_t j = 0; j < n; ++j) sums[j] += left * static_cast<Sum>(right[j]);
    }
    store(i, std::span<const Sum>(sums));
  }
}

/// All products of a batch; `store(index, sum)` takes the elements of the output in row-major
/// order.
template <typename Sum, typename A, typename B, typename Store>
void multiply_batches(const MatrixOperands& operands, const A* a, const B* b, Store&& store) {
  if (element_count(operands.out) == 0) return;
  const auto m = static_cast<std::size_t>(operands.left.end()[-2]);
  const auto inner = static_cast<std::size_t>(operands.left.back());
  const auto n = static_cast<std::size_t>(operands.right.back());
  const auto left =
      broadcast_offsets(Shape(operands.left.begin(), operands.left.end() - 2), operands.batch);
  const auto right =
      broadcast_offsets(Shape(operands.right.begin(), operands.right.end() - 2), operands.batch);
  std::size_t at = 0;
  for (std::size_t batch = 0; batch < left.size(); ++batch) {
    multiply_matrices<Sum>(a + left[batch] * m * inner, b + right[batch] * inner * n, m, inner, n,
                           [&](std::size_t, std::span<const Sum> sums) {
                             for (const Sum sum : sums) store(at++, sum);
                           });
  }
}

}  // namespace paretune::model
