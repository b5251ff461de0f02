// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paretune::search {

/// One axis of a space: a name and the integer values it may take (for categorical axes the values
/// are 0..k-1 and `labels` names them).
struct Parameter {
  std::string name;
  std::vector<std::int64_t> values;
  std::vector<std::string> labels;  ///< empty, or one per value

  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// A point is one index into values per parameter, in the space's parameter order.
using Point = std::vector<std::uint32_t>;

/// A rule that valid points obey, as data, so that a space travels between processes. Holds when
///   sum over terms of (coefficient * product of the named parameters' values)  <=  limit
/// and, when `divisor` is set, value(dividend) % value(divisor) == 0.
struct Constraint {
  struct Term {
    std::int64_t coefficient = 1;
    std::vector<std::string> factors;
    friend bool operator==(const Term&, const Term&) = default;
  };
  std::vector<Term> terms;
  std::int64_t limit = 0;
  std::string dividend, divisor;
  std::string why;  ///< one clause: "tile must fit in local memory"

  friend bool operator==(const Constraint&, const Constraint&) = default;
};

/// A finite discrete search space. Pure data; knows numbers only.
class Space {
 public:
  /// Appends an axis; throws std::invalid_argument on a duplicate name or no values.
  void add(Parameter parameter);
  /// Throws std::invalid_argument when it names an unknown parameter.
  void add(Constraint constraint);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<Constraint>& constraints() const { return constraints_; }

  /// Product of axis lengths, saturated at 2^63-1; ignores constraints.
  std::uint64_t cardinality() const;
  /// In range and every constraint holds.
  bool valid(const Point& point) const;
  /// The first constraint `point` breaks, or nullptr.
  const Constraint* violated(const Point& point) const;
  /// Value of each parameter by name.
  std::map<std::string, std::int64_t> values(const Point& point) const;
  /// The point with those values; nullopt when one is not on its axis or missing.
  std::optional<Point> point_of(const std::map<std::string, std::int64_t>& values) const;
  /// Canonical "name=value,..." (labels where there are any), parameter order.
  std::string text(const Point& point) const;
  /// Mixed-radix rank of a point, last axis fastest; inverse at(). Requires cardinality() < 2^63-1.
  std::uint64_t rank(const Point& point) const;
  Point at(std::uint64_t rank) const;

  /// JSON text {"parameters":[...],"constraints":[...]}; from_json throws std::invalid_argument.
  std::string json() const;
  static Space from_json(std::string_view text);

  friend bool operator==(const Space&, const Space&) = default;

 private:
  std::vector<Parameter> parameters_;
  std::vector<Constraint> constraints_;
};

}  // namespace paretune::search
