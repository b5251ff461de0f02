// SPDX-License-Identifier: Apache-2.0
#include "gui/models/selection.h"

namespace paretune::gui {

void Selection::set(qint64 id) {
  if (id == current_) return;
  current_ = id;
  Q_EMIT changed(id);
}

}  // namespace paretune::gui
