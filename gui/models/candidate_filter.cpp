// SPDX-License-Identifier: Apache-2.0
#include "gui/models/candidate_filter.h"

#include <utility>

namespace paretune::gui {

CandidateFilter::CandidateFilter(QObject* parent) : QSortFilterProxyModel(parent) {
  setDynamicSortFilter(true);
}

void CandidateFilter::set_list(CandidateList* list) {
  list_ = list;
  setSourceModel(list);
}

void CandidateFilter::set_query(FilterQuery query) {
  query_ = std::move(query);
  apply();
}

void CandidateFilter::set_front_only(bool on) {
  front_only_ = on;
  apply();
}

void CandidateFilter::set_show_failed(bool on) {
  show_failed_ = on;
  apply();
}

void CandidateFilter::apply() {
  invalidateFilter();
  Q_EMIT criteria_changed();
}

bool CandidateFilter::accepts(const CandidateList::Entry& entry) const {
  return (!front_only_ || entry.row.on_front) && query_.accepts(entry);
}

bool CandidateFilter::filterAcceptsRow(int source_row, const QModelIndex& source_parent) const {
  if (list_ == nullptr || source_parent.isValid()) return false;
  const CandidateList::Entry& entry = list_->entries()[static_cast<std::size_t>(source_row)];
  return (show_failed_ || !entry.failed()) && accepts(entry);
}

bool CandidateFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  const QVariant a = left.data(CandidateList::sort_role);
  const QVariant b = right.data(CandidateList::sort_role);
  if (!a.isValid() || !b.isValid()) {
    // The view reverses the comparison to sort downwards: empty cells must be "less" there.
    if (a.isValid() == b.isValid()) return false;
    return (sortOrder() == Qt::AscendingOrder) == a.isValid();
  }
  if (a.typeId() == QMetaType::Double) return a.toDouble() < b.toDouble();
  return QString::compare(a.toString(), b.toString(), Qt::CaseInsensitive) < 0;
}

}  // namespace paretune::gui
