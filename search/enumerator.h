// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "search/space.h"

namespace paretune::search {

/// Walks the valid points of a space depth first, cutting off every prefix no point below can save
/// (interval bounds of the constraint sums). With the axes in their own order that is rank order,
/// and it works where ranks do not fit in 64 bits.
class Enumerator {
 public:
  /// order[i] lists the indices of axis i in the order they are tried; empty: 0, 1, 2, ...
  explicit Enumerator(const Space& space, std::vector<std::vector<std::uint32_t>> order = {});

  /// The next valid point; nullopt when there is none left, or when `patience` steps in a row led
  /// to none (a huge space whose constraints exclude nearly everything).
  std::optional<Point> next(std::size_t patience = std::size_t{1} << 24);

 private:
  struct Term {
    std::int64_t coefficient;
    std::vector<std::size_t> factors;
  };
  struct Rule {
    std::vector<Term> terms;
    std::int64_t limit;
    std::optional<std::size_t> dividend, divisor;
    std::vector<bool> involves;  ///< per axis
  };

  std::size_t axis(const std::string& name) const;
  Rule compile(const Constraint& constraint) const;
  bool hopeless(const Rule& rule, std::size_t fixed) const;
  bool promising(std::size_t fixed) const;
  bool advance();

  Space space_;
  std::vector<std::vector<std::uint32_t>> order_;
  std::vector<std::int64_t> least_, most_;  ///< extreme values per axis
  std::vector<Rule> rules_;
  std::vector<std::size_t> position_;  ///< one per fixed axis: place in order_
  Point point_;
  bool started_ = false, ended_ = false;
};

}  // namespace paretune::search
