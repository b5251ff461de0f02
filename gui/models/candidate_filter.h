// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSortFilterProxyModel>

#include "gui/models/filter_query.h"

namespace paretune::gui {

/// The rows of a CandidateList that the table shows, in the order it shows them. Empty cells sort
/// last in either direction.
class CandidateFilter : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  explicit CandidateFilter(QObject* parent = nullptr);
  /// `list` is borrowed and must outlive this.
  void set_list(CandidateList* list);

  void set_query(FilterQuery query);
  void set_front_only(bool on);
  void set_show_failed(bool on);
  /// What the filter line and "front only" let through, failed or not: the plot dims the rest.
  bool accepts(const CandidateList::Entry& entry) const;
  bool filters() const { return front_only_ || !query_.empty(); }

 Q_SIGNALS:
  void criteria_changed();

 protected:
  bool filterAcceptsRow(int source_row, const QModelIndex& source_parent) const override;
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  void apply();

  CandidateList* list_ = nullptr;
  FilterQuery query_;
  bool front_only_ = false;
  bool show_failed_ = false;
};

}  // namespace paretune::gui
