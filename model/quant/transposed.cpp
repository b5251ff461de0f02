// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "model/errors.h"
#include "model/quant/scheme.h"

namespace paretune::model {

QuantizedWeight transposed(const QuantizedWeight& weight) {
  if (weight.values.rank() != 2) throw InvalidModel("only a matrix can be transposed");
  const auto rows = static_cast<std::size_t>(weight.values.dim(0));
  const auto columns = static_cast<std::size_t>(weight.values.dim(1));
  QuantizedWeight result{Tensor(weight.values.type(), {weight.values.dim(1), weight.values.dim(0)}),
                         weight.scales};
  const std::size_t size = size_of(weight.values.type());
  const auto from = weight.values.bytes();
  const auto to = result.values.bytes();
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      std::memcpy(&to[(column * rows + row) * size], &from[(row * columns + column) * size], size);
    }
  }
  return result;
}

}  // namespace paretune::model
