// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/study_page.h"

#include <QVBoxLayout>

namespace paretune::gui {
namespace {

/// A pane with the same margins as its neighbours.
QWidget* padded(QWidget* content, const QMargins& margins) {
  auto* pane = new QWidget;
  auto* layout = new QVBoxLayout(pane);
  layout->setContentsMargins(margins);
  layout->addWidget(content);
  return pane;
}

}  // namespace

StudyPage::StudyPage(QWidget* parent)
    : QWidget(parent),
      across_(new QSplitter(Qt::Horizontal, this)),
      down_(new QSplitter(Qt::Vertical)) {
  filter_.set_list(&candidates_);
  scatter_ = new ScatterPage(&candidates_, &filter_, &selection_);
  table_ = new TablePage(&candidates_, &filter_, &selection_);
  inspector_ = new InspectorPage(&candidates_, &selection_);
  down_->addWidget(padded(scatter_, {10, 8, 6, 4}));
  down_->addWidget(padded(table_, {10, 4, 6, 8}));
  down_->setChildrenCollapsible(false);
  across_->addWidget(down_);
  across_->addWidget(padded(inspector_, {6, 8, 10, 8}));
  across_->setStretchFactor(0, 1);
  across_->setStretchFactor(1, 0);
  across_->setChildrenCollapsible(false);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(across_);
  default_layout();
}

void StudyPage::default_layout() {
  across_->setSizes({780, 500});
  down_->setSizes({500, 240});
}

void StudyPage::apply(const StoreUpdate& update) {
  if (!update.reset) {
    candidates_.merge(update.rows);
    return;
  }
  candidates_.reset(update.rows);
  inspector_->set_layers(update.layers_json);
  if (candidates_.find(selection_.current()) == nullptr) selection_.set(0);
}

}  // namespace paretune::gui
