// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "model/ops/elementwise.h"
#include "model/ops/mover.h"

namespace paretune::model {

/// What ScatterND and ScatterElements do where an update meets an element.
enum class Reduction { none, add, mul, max, min };

/// Attribute "reduction". Throws InvalidModel for another word.
inline Reduction reduction_of(const Node& node) {
  const std::string word = node.string_attribute("reduction", "none");
  constexpr std::array<std::string_view, 5> words = {"none", "add", "mul", "max", "min"};
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) throw InvalidModel("there is no reduction '" + word + "'");
  return static_cast<Reduction>(found - words.begin());
}

/// out[to + i] = reduce(out[to + i], updates[from + i]) for i below `count`; integers wrap. Throws
/// UnsupportedModel for reductions of types without arithmetic.
inline void scatter(Reduction reduction, const Tensor& updates, std::size_t from, Tensor& out,
                    std::size_t to, std::size_t count) {
  if (reduction == Reduction::none) return copy_elements(updates, from, out, to, count);
  for_arithmetic(out.type(), [&]<typename T>() {
    using W = typename Wrapping<T>::type;
    const auto source = updates.data<T>().subspan(from, count);
    const auto target = out.data<T>().subspan(to, count);
    std::ranges::transform(target, source, target.begin(), [&](T a, T b) {
      if (reduction == Reduction::add) return static_cast<T>(static_cast<W>(a) + static_cast<W>(b));
      if (reduction == Reduction::mul) return static_cast<T>(static_cast<W>(a) * static_cast<W>(b));
      return reduction == Reduction::max ? std::max(a, b) : std::min(a, b);
    });
  });
}

}  // namespace paretune::model
