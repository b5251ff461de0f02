// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/cell_delegates.h"

#include "gui/models/layer_list.h"
#include "gui/models/metric_list.h"
#include "gui/pages/theme.h"

namespace paretune::gui {

void ChangeDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  const int verdict = index.data(MetricList::verdict_role).toInt();
  if (verdict == 0) return;
  option->font.setBold(true);
  option->palette.setColor(
      QPalette::Text, verdict > 0 ? better_colour(option->palette) : worse_colour(option->palette));
}

void DifferenceDelegate::initStyleOption(QStyleOptionViewItem* option,
                                         const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  if (!index.data(LayerList::differs_role).toBool()) return;
  option->font.setBold(true);
  option->backgroundBrush = difference_colour(option->palette);
}

}  // namespace paretune::gui
