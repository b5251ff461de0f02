// SPDX-License-Identifier: Apache-2.0
#include "gui/models/filter_query.h"

#include <QStringList>
#include <algorithm>
#include <cmath>

#include "gui/models/plain_text.h"

namespace paretune::gui {
namespace {

constexpr QChar quote = QLatin1Char('"');

/// Splits at spaces outside double quotes; the quotes stay out.
QStringList tokens_of(const QString& line) {
  QStringList tokens;
  QString token;
  bool quoted = false;
  bool started = false;
  for (const QChar c : line) {
    if (c == quote) {
      quoted = !quoted;
      started = true;
    } else if (c.isSpace() && !quoted) {
      if (started) tokens << token;
      token.clear();
      started = false;
    } else {
      token += c;
      started = true;
    }
  }
  if (quoted) throw FilterError("A quote in the filter is not closed.");
  if (started) tokens << token;
  return tokens;
}

int column_named(const QString& name) {
  if (name == QLatin1String("failure")) return CandidateList::failure_column();
  const int column = CandidateList::column_of(name.toStdString());
  if (column >= 0) return column;
  QStringList names;
  for (const auto& field : results::fields()) names << plain_text(field.name);
  throw FilterError("No field is called \"" + name.toStdString() +
                    "\". Fields: " + names.join(QStringLiteral(", ")).toStdString() + ", failure.");
}

bool is_number_column(int column) {
  return column < CandidateList::failure_column() &&
         results::fields()[static_cast<std::size_t>(column)].kind != results::Field::Kind::text;
}

}  // namespace

FilterQuery FilterQuery::parse(const QString& line) {
  FilterQuery query;
  for (const QString& token : tokens_of(line)) query.terms_.push_back(parse_term(token));
  return query;
}

FilterQuery::Term FilterQuery::parse_term(const QString& token) {
  const auto is_operator = [](QChar c) { return QStringLiteral("<>=!~").contains(c); };
  const auto begin = std::find_if(token.begin(), token.end(), is_operator);
  if (begin == token.end()) {
    Term term;
    term.text = token;
    return term;
  }
  const auto end = std::find_if_not(begin, token.end(), is_operator);
  const auto at = begin - token.begin();
  const auto length = end - begin;
  return comparison(token.left(at), token.mid(at, length), token.mid(at + length));
}

FilterQuery::Term FilterQuery::comparison(const QString& name, const QString& operation,
                                          const QString& value) {
  static const std::vector<std::pair<QString, Operator>> operators = {
      {QStringLiteral("="), Operator::equal},          {QStringLiteral("=="), Operator::equal},
      {QStringLiteral("!="), Operator::unequal},       {QStringLiteral("<"), Operator::less},
      {QStringLiteral("<="), Operator::less_equal},    {QStringLiteral(">"), Operator::greater},
      {QStringLiteral(">="), Operator::greater_equal}, {QStringLiteral("~"), Operator::contains}};
  const auto found = std::find_if(operators.begin(), operators.end(),
                                  [&](const auto& entry) { return entry.first == operation; });
  if (found == operators.end()) {
    throw FilterError("\"" + operation.toStdString() +
                      "\" is no operator. Use one of = != < <= > >= and ~ (contains).");
  }
  Term term;
  term.column = column_named(name);
  term.operation = found->second;
  term.text = value;
  if (value.isEmpty())
    throw FilterError("A value is missing after \"" + name.toStdString() + operation.toStdString() +
                      "\".");
  term.numeric = is_number_column(term.column) && term.operation != Operator::contains;
  if (!term.numeric) return term;
  bool read = false;
  term.number = value.toDouble(&read);
  if (!read) {
    throw FilterError("\"" + value.toStdString() + "\" is not a number; " + name.toStdString() +
                      " needs one.");
  }
  return term;
}

bool FilterQuery::holds(const Term& term, const CandidateList::Entry& entry) {
  if (term.operation == Operator::anywhere) {
    return std::any_of(entry.texts.begin(), entry.texts.end(), [&term](const QString& text) {
      return text.contains(term.text, Qt::CaseInsensitive);
    });
  }
  const auto at = static_cast<std::size_t>(term.column);
  if (term.operation == Operator::contains) {
    return entry.texts[at].contains(term.text, Qt::CaseInsensitive);
  }
  // NaN (no value) makes every comparison but != false.
  const double value =
      term.numeric ? entry.numbers[at] : entry.texts[at].compare(term.text, Qt::CaseInsensitive);
  const double limit = term.numeric ? term.number : 0;
  switch (term.operation) {
    case Operator::equal:
      return value == limit;
    case Operator::unequal:
      return value != limit;
    case Operator::less:
      return value < limit;
    case Operator::less_equal:
      return value <= limit;
    case Operator::greater:
      return value > limit;
    default:
      return value >= limit;
  }
}

bool FilterQuery::accepts(const CandidateList::Entry& entry) const {
  return std::all_of(terms_.begin(), terms_.end(),
                     [&entry](const Term& term) { return holds(term, entry); });
}

}  // namespace paretune::gui
