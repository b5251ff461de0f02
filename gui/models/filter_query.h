// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <stdexcept>
#include <vector>

#include "gui/models/candidate_list.h"

namespace paretune::gui {

/// A filter line that cannot be read; what() is one sentence for the user.
class FilterError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A filter line such as `accuracy>=0.9 devices=cpu`: terms separated by spaces, all of which must
/// hold. A term is FIELD OP VALUE with OP one of >= <= != = > < and ~ (contains), or a bare word
/// that any text of the row must contain. Quote values with spaces: reason~"out of". Text compares
/// without case. A row without a value fails every comparison except !=.
class FilterQuery {
 public:
  FilterQuery() = default;
  /// Throws FilterError: unknown field, unknown operator, missing value, unclosed quote, not a
  /// number.
  static FilterQuery parse(const QString& line);
  bool accepts(const CandidateList::Entry& entry) const;
  bool empty() const { return terms_.empty(); }

 private:
  enum class Operator {
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    contains,
    anywhere
  };
  struct Term {
    int column = -1;
    Operator operation = Operator::anywhere;
    bool numeric = false;
    double number = 0;
    QString text;
  };
  static Term parse_term(const QString& token);
  static Term comparison(const QString& name, const QString& operation, const QString& value);
  static bool holds(const Term& term, const CandidateList::Entry& entry);

  std::vector<Term> terms_;
};

}  // namespace paretune::gui
