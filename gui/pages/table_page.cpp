// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/table_page.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>
#include <algorithm>
#include <vector>

#include "gui/models/plain_text.h"
#include "gui/pages/theme.h"

namespace paretune::gui {

TablePage::TablePage(CandidateList* list, CandidateFilter* filter, Selection* selection,
                     QWidget* parent)
    : QWidget(parent),
      list_(list),
      filter_(filter),
      selection_(selection),
      table_(new QTableView(this)),
      filter_line_(new QLineEdit(this)),
      front_only_(new QCheckBox(QStringLiteral("Front only"), this)),
      show_failed_(new QCheckBox(QStringLiteral("Show failed"), this)),
      message_(new QLabel(this)) {
  build();
  connect(filter_line_, &QLineEdit::textChanged, this, &TablePage::read_filter);
  connect(front_only_, &QCheckBox::toggled, filter_, &CandidateFilter::set_front_only);
  connect(show_failed_, &QCheckBox::toggled, filter_, &CandidateFilter::set_show_failed);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &TablePage::table_selected);
  connect(selection_, &Selection::changed, this, &TablePage::follow_selection);
  connect(list_, &CandidateList::contents_changed, this, &TablePage::follow_selection);
  connect(list_, &CandidateList::contents_changed, this, &TablePage::show_count);
  connect(filter_, &CandidateFilter::criteria_changed, this, &TablePage::show_count);
  show_count();
}

void TablePage::build() {
  filter_line_->setPlaceholderText(QStringLiteral(
      "Filter, for example: accuracy>=0.9 latency_p50_ms<5 devices=cpu schemes~int8"));
  filter_line_->setClearButtonEnabled(true);
  filter_line_->setAccessibleName(QStringLiteral("Filter"));
  front_only_->setToolTip(
      QStringLiteral("Only candidates no other beats in latency, memory and accuracy together"));
  message_->setTextFormat(Qt::PlainText);
  message_->setMinimumWidth(10);
  build_table();
  order_columns();
  auto* row = new QHBoxLayout;
  row->setSpacing(10);
  row->addWidget(filter_line_, 1);
  row->addWidget(front_only_);
  row->addWidget(show_failed_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addLayout(row);
  column->addWidget(message_);
  column->addWidget(table_, 1);
}

void TablePage::build_table() {
  table_->setModel(filter_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(std::max(0, CandidateList::column_of("latency_p50_ms")), Qt::AscendingOrder);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setAlternatingRowColors(true);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setTabKeyNavigation(false);
  table_->setAccessibleName(QStringLiteral("Candidates"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->horizontalHeader()->setStretchLastSection(true);
  auto* copy = new QAction(QStringLiteral("Copy rows as TSV"), table_);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(copy, &QAction::triggered, this, &TablePage::copy_selected);
  table_->addAction(copy);
  table_->setContextMenuPolicy(Qt::ActionsContextMenu);
}

void TablePage::order_columns() {
  const QFontMetrics metrics = fontMetrics();
  for (int column = 0; column < list_->columnCount(); ++column) {
    const QString title = list_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    const bool wide = title == QLatin1String("Schemes") || title == QLatin1String("Devices");
    // Room for the sort arrow beside the title.
    table_->setColumnWidth(column,
                           std::max(wide ? 170 : 64, metrics.horizontalAdvance(title) + 26));
  }
  // What one chooses by comes first; header sections can be dragged.
  int place = 0;
  for (const char* name : {"id", "origin", "on_front", "latency_p50_ms", "memory_mib", "accuracy",
                           "schemes", "devices"}) {
    const int column = CandidateList::column_of(name);
    if (column < 0) continue;
    table_->horizontalHeader()->moveSection(table_->horizontalHeader()->visualIndex(column),
                                            place++);
  }
  table_->horizontalHeader()->setSectionsMovable(true);
}

void TablePage::read_filter() {
  try {
    filter_->set_query(FilterQuery::parse(filter_line_->text()));
    filter_broken_ = false;
    show_count();
  } catch (const FilterError& error) {
    // The last filter that could be read stays in force while the user types.
    filter_broken_ = true;
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, worse_colour(palette()));
    message_->setPalette(colours);
    message_->setText(QString::fromUtf8(error.what()));
    message_->setToolTip(tooltip_text(message_->text()));
  }
}

QString TablePage::filter_error() const { return filter_broken_ ? message_->text() : QString(); }

void TablePage::show_count() {
  if (filter_broken_) return;
  message_->setPalette(palette());
  message_->setToolTip(QString());
  const int shown = filter_->rowCount();
  QString text = QString::number(shown) + QStringLiteral(" of ") +
                 QString::number(list_->rowCount()) + QStringLiteral(" candidates");
  if (!show_failed_->isChecked() && list_->failed_count() > 0) {
    text += QStringLiteral("; ") + QString::number(list_->failed_count()) +
            QStringLiteral(" failed are hidden");
  }
  message_->setText(text);
}

void TablePage::table_selected() {
  if (following_) return;
  const QModelIndexList rows = table_->selectionModel()->selectedRows();
  // Rows that a filter takes away must not clear what the other views show.
  if (rows.isEmpty()) return;
  const QModelIndex current = table_->selectionModel()->currentIndex();
  const QModelIndex shown =
      current.isValid() && table_->selectionModel()->isRowSelected(current.row()) ? current
                                                                                  : rows.front();
  selection_->set(shown.data(CandidateList::id_role).toLongLong());
}

void TablePage::follow_selection() {
  const QModelIndexList rows = table_->selectionModel()->selectedRows();
  const qint64 id = selection_->current();
  const bool shown_already = std::any_of(rows.begin(), rows.end(), [id](const QModelIndex& row) {
    return row.data(CandidateList::id_role).toLongLong() == id;
  });
  if (shown_already) return;
  following_ = true;
  const int source_row = list_->row_of(id);
  const QModelIndex index =
      source_row < 0 ? QModelIndex() : filter_->mapFromSource(list_->index(source_row, 0));
  if (index.isValid()) {
    table_->selectionModel()->setCurrentIndex(
        index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    table_->scrollTo(index, QAbstractItemView::PositionAtCenter);
  } else {
    table_->selectionModel()->clear();
  }
  following_ = false;
}

QString TablePage::selected_tsv() const {
  std::vector<int> rows;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) {
    rows.push_back(index.row());
  }
  if (rows.empty()) {
    for (int row = 0; row < filter_->rowCount(); ++row) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  QStringList lines;
  QStringList cells;
  for (int column = 0; column < filter_->columnCount(); ++column) {
    cells << tsv_cell(filter_->headerData(column, Qt::Horizontal).toString());
  }
  lines << cells.join(QLatin1Char('\t'));
  for (const int row : rows) {
    cells.clear();
    for (int column = 0; column < filter_->columnCount(); ++column) {
      cells << tsv_cell(filter_->index(row, column).data().toString());
    }
    lines << cells.join(QLatin1Char('\t'));
  }
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void TablePage::copy_selected() const { QGuiApplication::clipboard()->setText(selected_tsv()); }

}  // namespace paretune::gui
