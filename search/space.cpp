// SPDX-License-Identifier: Apache-2.0
#include "search/space.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace paretune::search {

namespace {

// Sums and products of 64-bit values: 128 bits, and saturation where even those overflow.
__extension__ using Wide = __int128;
constexpr Wide wide_limit = static_cast<Wide>(1) << 120;
constexpr std::uint64_t saturated = std::numeric_limits<std::int64_t>::max();

Wide clamp(Wide value) { return std::clamp(value, -wide_limit, wide_limit); }

Wide product(Wide a, std::int64_t b) {
  Wide result = 0;
  if (__builtin_mul_overflow(a, static_cast<Wide>(b), &result)) {
    return (a < 0) == (b < 0) ? wide_limit : -wide_limit;
  }
  return clamp(result);
}

const Parameter* find(const std::vector<Parameter>& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

/// Value of a parameter that is known to exist.
std::int64_t value_of(const std::vector<Parameter>& parameters, const Point& point,
                      const std::string& name) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == name) return parameters[i].values[point[i]];
  }
  return 0;
}

bool divides(std::int64_t divisor, std::int64_t dividend) {
  if (divisor == 0) return false;
  return divisor == -1 || dividend % divisor == 0;  // minimum % -1 overflows
}

bool holds(const Constraint& constraint, const std::vector<Parameter>& parameters,
           const Point& point) {
  Wide sum = 0;
  for (const Constraint::Term& term : constraint.terms) {
    Wide value = term.coefficient;
    for (const std::string& name : term.factors) {
      value = product(value, value_of(parameters, point, name));
    }
    sum = clamp(sum + value);
  }
  if (sum > constraint.limit) return false;
  if (constraint.divisor.empty()) return true;
  return divides(value_of(parameters, point, constraint.divisor),
                 value_of(parameters, point, constraint.dividend));
}

bool in_range(const std::vector<Parameter>& parameters, const Point& point) {
  if (point.size() != parameters.size()) return false;
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (point[i] >= parameters[i].values.size()) return false;
  }
  return true;
}

void require_in_range(const std::vector<Parameter>& parameters, const Point& point) {
  if (!in_range(parameters, point)) {
    throw std::invalid_argument("the point does not belong to this search space");
  }
}

void require_known(const std::vector<Parameter>& parameters, const std::string& name) {
  if (find(parameters, name) == nullptr) {
    throw std::invalid_argument("a constraint names the unknown parameter '" + name + "'");
  }
}

}  // namespace

void Space::add(Parameter parameter) {
  if (parameter.values.empty()) {
    throw std::invalid_argument("parameter '" + parameter.name + "' has no values");
  }
  if (!parameter.labels.empty() && parameter.labels.size() != parameter.values.size()) {
    throw std::invalid_argument("parameter '" + parameter.name + "' needs one label per value");
  }
  if (find(parameters_, parameter.name) != nullptr) {
    throw std::invalid_argument("parameter '" + parameter.name + "' is given twice");
  }
  parameters_.push_back(std::move(parameter));
}

void Space::add(Constraint constraint) {
  for (const Constraint::Term& term : constraint.terms) {
    for (const std::string& name : term.factors) require_known(parameters_, name);
  }
  if (!constraint.divisor.empty() || !constraint.dividend.empty()) {
    require_known(parameters_, constraint.divisor);
    require_known(parameters_, constraint.dividend);
  }
  constraints_.push_back(std::move(constraint));
}

std::uint64_t Space::cardinality() const {
  std::uint64_t result = 1;
  for (const Parameter& parameter : parameters_) {
    if (__builtin_mul_overflow(result, static_cast<std::uint64_t>(parameter.values.size()),
                               &result) ||
        result > saturated) {
      return saturated;
    }
  }
  return result;
}

bool Space::valid(const Point& point) const {
  return in_range(parameters_, point) && violated(point) == nullptr;
}

const Constraint* Space::violated(const Point& point) const {
  require_in_range(parameters_, point);
  for (const Constraint& constraint : constraints_) {
    if (!holds(constraint, parameters_, point)) return &constraint;
  }
  return nullptr;
}

std::map<std::string, std::int64_t> Space::values(const Point& point) const {
  require_in_range(parameters_, point);
  std::map<std::string, std::int64_t> result;
  for (std::size_t i = 0; i < point.size(); ++i) {
    result.emplace(parameters_[i].name, parameters_[i].values[point[i]]);
  }
  return result;
}

std::optional<Point> Space::point_of(const std::map<std::string, std::int64_t>& values) const {
  Point point;
  for (const Parameter& parameter : parameters_) {
    const auto given = values.find(parameter.name);
    if (given == values.end()) return std::nullopt;
    const auto at = std::find(parameter.values.begin(), parameter.values.end(), given->second);
    if (at == parameter.values.end()) return std::nullopt;
    point.push_back(static_cast<std::uint32_t>(at - parameter.values.begin()));
  }
  return point;
}

std::string Space::text(const Point& point) const {
  require_in_range(parameters_, point);
  std::string result;
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Parameter& parameter = parameters_[i];
    if (i > 0) result += ',';
    result += parameter.name + '=';
    result += parameter.labels.empty() ? std::to_string(parameter.values[point[i]])
                                       : parameter.labels[point[i]];
  }
  return result;
}

std::uint64_t Space::rank(const Point& point) const {
  require_in_range(parameters_, point);
  if (cardinality() == saturated) {
    throw std::invalid_argument("the search space is too large to number its points");
  }
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < point.size(); ++i) {
    result = result * parameters_[i].values.size() + point[i];
  }
  return result;
}

Point Space::at(std::uint64_t rank) const {
  const std::uint64_t count = cardinality();
  if (count == saturated) {
    throw std::invalid_argument("the search space is too large to number its points");
  }
  if (rank >= count) throw std::invalid_argument("the rank lies beyond the search space");
  Point point(parameters_.size());
  for (std::size_t i = point.size(); i-- > 0;) {
    const std::uint64_t length = parameters_[i].values.size();
    point[i] = static_cast<std::uint32_t>(rank % length);
    rank /= length;
  }
  return point;
}

}  // namespace paretune::search
