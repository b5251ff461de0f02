// SPDX-License-Identifier: Apache-2.0
#include "search/enumerator.h"

#include <algorithm>
#include <numeric>

namespace paretune::search {

namespace {

__extension__ using Wide = __int128;

struct Range {
  Wide lo, hi;
};

/// False when the bounds leave 128 bits; the caller then cuts nothing off.
bool multiply(Range& range, std::int64_t lo, std::int64_t hi) {
  Wide corners[4];
  if (__builtin_mul_overflow(range.lo, static_cast<Wide>(lo), &corners[0]) ||
      __builtin_mul_overflow(range.lo, static_cast<Wide>(hi), &corners[1]) ||
      __builtin_mul_overflow(range.hi, static_cast<Wide>(lo), &corners[2]) ||
      __builtin_mul_overflow(range.hi, static_cast<Wide>(hi), &corners[3])) {
    return false;
  }
  range = {*std::min_element(corners, corners + 4), *std::max_element(corners, corners + 4)};
  return true;
}

}  // namespace

Enumerator::Enumerator(const Space& space, std::vector<std::vector<std::uint32_t>> order)
    : space_(space), order_(std::move(order)), point_(space.parameters().size()) {
  const auto& parameters = space_.parameters();
  if (order_.empty()) order_.resize(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& values = parameters[i].values;
    if (order_[i].empty()) {
      order_[i].resize(values.size());
      std::iota(order_[i].begin(), order_[i].end(), 0U);
    }
    least_.push_back(*std::min_element(values.begin(), values.end()));
    most_.push_back(*std::max_element(values.begin(), values.end()));
  }
  for (const Constraint& constraint : space_.constraints()) rules_.push_back(compile(constraint));
}

std::size_t Enumerator::axis(const std::string& name) const {
  std::size_t i = 0;
  while (space_.parameters()[i].name != name) ++i;  // Space::add has checked that it exists
  return i;
}

Enumerator::Rule Enumerator::compile(const Constraint& constraint) const {
  Rule rule;
  rule.limit = constraint.limit;
  rule.involves.resize(point_.size());
  for (const Constraint::Term& term : constraint.terms) {
    Term compiled{term.coefficient, {}};
    for (const std::string& name : term.factors) {
      compiled.factors.push_back(axis(name));
      rule.involves[compiled.factors.back()] = true;
    }
    rule.terms.push_back(std::move(compiled));
  }
  if (!constraint.divisor.empty()) {
    rule.dividend = axis(constraint.dividend);
    rule.divisor = axis(constraint.divisor);
    rule.involves[*rule.dividend] = rule.involves[*rule.divisor] = true;
  }
  return rule;
}

bool Enumerator::hopeless(const Rule& rule, std::size_t fixed) const {
  const auto value = [this](std::size_t i) { return space_.parameters()[i].values[point_[i]]; };
  Wide least_sum = 0;
  for (const Term& term : rule.terms) {
    Range range{term.coefficient, term.coefficient};
    for (const std::size_t i : term.factors) {
      const bool known = i < fixed;
      if (!multiply(range, known ? value(i) : least_[i], known ? value(i) : most_[i])) return false;
    }
    if (__builtin_add_overflow(least_sum, range.lo, &least_sum)) return false;
  }
  if (least_sum > rule.limit) return true;
  if (!rule.divisor || *rule.divisor >= fixed || *rule.dividend >= fixed) return false;
  const std::int64_t divisor = value(*rule.divisor);
  return divisor == 0 || (divisor != -1 && value(*rule.dividend) % divisor != 0);
}

bool Enumerator::promising(std::size_t fixed) const {
  return std::none_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return rule.involves[fixed - 1] && hopeless(rule, fixed);
  });
}

/// Moves to the next sibling of the deepest fixed axis, or up; false at the end of the space.
bool Enumerator::advance() {
  while (!position_.empty()) {
    const std::size_t i = position_.size() - 1;
    if (++position_[i] < order_[i].size()) {
      point_[i] = order_[i][position_[i]];
      return true;
    }
    position_.pop_back();
  }
  ended_ = true;
  return false;
}

std::optional<Point> Enumerator::next(std::size_t patience) {
  if (ended_) return std::nullopt;
  bool descend = !started_;  // after a point was given out, its sibling is next
  started_ = true;
  for (std::size_t step = 0; step < patience; ++step) {
    if (descend && position_.size() < point_.size()) {
      position_.push_back(0);
      point_[position_.size() - 1] = order_[position_.size() - 1].front();
    } else if (!advance()) {
      // A space without axes has one point, the empty one.
      if (point_.empty() && step == 0 && descend && space_.valid(point_)) return point_;
      return std::nullopt;
    }
    const bool keep = promising(position_.size());
    descend = keep;
    if (keep && position_.size() == point_.size() && space_.valid(point_)) return point_;
    if (position_.size() == point_.size()) descend = false;
  }
  ended_ = true;
  return std::nullopt;
}

}  // namespace paretune::search
