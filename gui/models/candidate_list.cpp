// SPDX-License-Identifier: Apache-2.0
#include "gui/models/candidate_list.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/models/plain_text.h"

namespace paretune::gui {
namespace {

const results::Field& field(int column) {
  return results::fields()[static_cast<std::size_t>(column)];
}

QString failure_text(const results::CandidateRow& row) {
  if (row.outcome == results::Outcome::ok) return {};
  QString text = plain_text(results::to_text(row.outcome));
  if (!row.failure.stage.empty()) {
    text += QStringLiteral(" at ") + plain_text(row.failure.stage);
  }
  if (!row.failure.reason.empty()) text += QStringLiteral(": ") + plain_text(row.failure.reason);
  return text;
}

/// Flags read better as a word than as 0 and 1.
QString cell_text(const results::Field& of, const results::CandidateRow& row) {
  if (of.name != "on_front" && of.name != "confirmed") return plain_text(results::format(of, row));
  return of.number(row).value_or(0) != 0 ? QStringLiteral("yes") : QString();
}

QString header_text(const results::Field& of) {
  const QString title = plain_text(of.title);
  return of.unit.empty() ? title
                         : title + QStringLiteral(" (") + plain_text(of.unit) + QLatin1Char(')');
}

}  // namespace

int CandidateList::failure_column() { return static_cast<int>(results::fields().size()); }

int CandidateList::column_of(std::string_view name) {
  const auto& all = results::fields();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const auto& f) { return f.name == name; });
  return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

int CandidateList::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(entries_.size());
}

int CandidateList::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : failure_column() + 1;
}

QVariant CandidateList::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount()) return {};
  const Entry& entry = entries_[static_cast<std::size_t>(index.row())];
  const auto column = static_cast<std::size_t>(index.column());
  const bool is_number =
      index.column() < failure_column() && field(index.column()).kind != results::Field::Kind::text;
  switch (role) {
    case Qt::DisplayRole:
      return entry.texts[column];
    case Qt::ToolTipRole:
      return is_number ? QVariant() : QVariant(tooltip_text(entry.texts[column]));
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                                 (is_number ? Qt::AlignRight : Qt::AlignLeft));
    case id_role:
      return QVariant::fromValue<qint64>(entry.row.id);
    case sort_role:
      if (!is_number) return entry.texts[column];
      return std::isnan(entry.numbers[column]) ? QVariant() : QVariant(entry.numbers[column]);
    default:
      return {};
  }
}

QVariant CandidateList::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section > failure_column()) return {};
  const bool is_failure = section == failure_column();
  if (role == Qt::DisplayRole) {
    return is_failure ? QStringLiteral("Failure") : header_text(field(section));
  }
  if (role == Qt::ToolTipRole) {
    const QString name = is_failure ? QStringLiteral("failure") : plain_text(field(section).name);
    return tooltip_text(QStringLiteral("Filter by: ") + name);
  }
  return {};
}

CandidateList::Entry CandidateList::make_entry(results::CandidateRow row) {
  Entry entry;
  for (const results::Field& of : results::fields()) {
    const bool is_text = of.kind == results::Field::Kind::text;
    const auto number = is_text || !of.number ? std::nullopt : of.number(row);
    entry.numbers.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
    entry.texts.push_back(cell_text(of, row));
  }
  entry.texts.push_back(failure_text(row));
  entry.row = std::move(row);
  return entry;
}

void CandidateList::reset(std::vector<results::CandidateRow> rows) {
  beginResetModel();
  entries_.clear();
  row_of_.clear();
  for (results::CandidateRow& row : rows) put(make_entry(std::move(row)));
  refresh_front({}, true);
  recount();
  endResetModel();
  Q_EMIT contents_changed();
}

void CandidateList::put(Entry entry) {
  const auto [place, added] = row_of_.emplace(entry.row.id, static_cast<int>(entries_.size()));
  if (added) {
    entries_.push_back(std::move(entry));
  } else {
    entries_[static_cast<std::size_t>(place->second)] = std::move(entry);
  }
}

void CandidateList::merge(std::vector<results::CandidateRow> rows) {
  if (rows.empty()) return;
  std::vector<Entry> fresh;
  std::vector<int> touched;
  bool front_row_replaced = false;
  for (results::CandidateRow& row : rows) {
    const int known = row_of(row.id);
    if (known < 0) {
      fresh.push_back(make_entry(std::move(row)));
      continue;
    }
    front_row_replaced |= entries_[static_cast<std::size_t>(known)].row.on_front;
    put(make_entry(std::move(row)));
    touched.push_back(known);
  }
  if (!fresh.empty()) {
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
    for (Entry& entry : fresh) put(std::move(entry));
    for (int row = first; row < rowCount(); ++row) touched.push_back(row);
    endInsertRows();
  }
  refresh_front(touched, front_row_replaced);
  recount();
  // One notice for all rows: a front flag may have changed anywhere.
  Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
  Q_EMIT contents_changed();
}

void CandidateList::refresh_front(const std::vector<int>& touched, bool start_over) {
  ObjectivesPresent present = {};
  for (const Entry& entry : entries_) {
    const ObjectivesPresent own = objectives_present(entry.row);
    for (std::size_t k = 0; k < own.size(); ++k) present[k] = present[k] || own[k];
  }
  start_over = start_over || present != present_;
  present_ = present;
  // Dominance is transitive: unless a front row itself changed, new rows compete with the front
  // only.
  std::vector<results::CandidateRow*> contenders;
  std::vector<bool> is_touched(entries_.size(), start_over);
  for (const int row : touched) is_touched[static_cast<std::size_t>(row)] = true;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (is_touched[i] || entries_[i].row.on_front) contenders.push_back(&entries_[i].row);
  }
  mark_front(contenders, present);
  refresh_cells("on_front");
}

void CandidateList::refresh_cells(std::string_view name) {
  const int column = column_of(name);
  if (column < 0) return;
  const auto at = static_cast<std::size_t>(column);
  for (Entry& entry : entries_) {
    entry.texts[at] = cell_text(field(column), entry.row);
    if (field(column).number) entry.numbers[at] = field(column).number(entry.row).value_or(0);
  }
}

void CandidateList::recount() {
  failed_ = static_cast<int>(
      std::count_if(entries_.begin(), entries_.end(), [](const Entry& e) { return e.failed(); }));
}

int CandidateList::row_of(std::int64_t id) const {
  const auto found = row_of_.find(id);
  return found == row_of_.end() ? -1 : found->second;
}

const CandidateList::Entry* CandidateList::find(std::int64_t id) const {
  const int row = row_of(id);
  return row < 0 ? nullptr : &entries_[static_cast<std::size_t>(row)];
}

const CandidateList::Entry* CandidateList::baseline() const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [](const Entry& e) {
    return e.row.origin == "baseline" && !e.failed();
  });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace paretune::gui
