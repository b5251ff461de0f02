// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/inspector_page.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>

#include "gui/models/plain_text.h"
#include "gui/pages/cell_delegates.h"
#include "gui/pages/theme.h"

namespace paretune::gui {
namespace {

QLabel* make_label(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

QTableView* make_table(QAbstractItemModel* model, QWidget* parent) {
  auto* table = new QTableView(parent);
  table->setModel(model);
  table->setShowGrid(false);
  table->setWordWrap(false);
  table->setTabKeyNavigation(false);
  table->setAlternatingRowColors(true);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(parent->fontMetrics().height() + 6);
  table->horizontalHeader()->setHighlightSections(false);
  table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  return table;
}

QString joined(const std::vector<std::string>& words) {
  QStringList list;
  for (const std::string& word : words) list << plain_text(word);
  return list.join(QStringLiteral(" "));
}

}  // namespace

InspectorPage::InspectorPage(CandidateList* list, Selection* selection, QWidget* parent)
    : QWidget(parent),
      list_(list),
      selection_(selection),
      metrics_(new MetricList(this)),
      layers_(new LayerList(this)),
      title_(make_label(this)),
      status_(make_label(this)),
      setting_(make_label(this)),
      layer_title_(make_label(this)),
      metric_table_(make_table(metrics_, this)),
      layer_table_(make_table(layers_, this)),
      only_different_(new QCheckBox(QStringLiteral("Only differing"), this)),
      copy_export_(new QPushButton(QStringLiteral("Copy export command"), this)) {
  build();
  connect(selection_, &Selection::changed, this, &InspectorPage::refresh);
  connect(list_, &CandidateList::contents_changed, this, &InspectorPage::refresh);
  connect(only_different_, &QCheckBox::toggled, layers_, &LayerList::set_only_different);
  connect(copy_export_, &QPushButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(export_command()); });
  refresh();
}

void InspectorPage::build() {
  QFont large = font();
  large.setPointSizeF(large.pointSizeF() * 1.35);
  large.setBold(true);
  title_->setFont(large);
  QFont bold = font();
  bold.setBold(true);
  layer_title_->setFont(bold);
  metric_table_->setAccessibleName(QStringLiteral("Metrics of the selected candidate"));
  metric_table_->setItemDelegateForColumn(MetricList::change_column, new ChangeDelegate(this));
  metric_table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  metric_table_->horizontalHeader()->setStretchLastSection(true);
  metric_table_->setSelectionMode(QAbstractItemView::NoSelection);
  metric_table_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  layer_table_->setAccessibleName(QStringLiteral("Layers of the selected candidate"));
  layer_table_->setItemDelegate(new DifferenceDelegate(this));
  layer_table_->horizontalHeader()->setStretchLastSection(true);
  only_different_->setToolTip(QStringLiteral("Leave out layers that are as in the baseline"));

  auto* layer_row = new QHBoxLayout;
  layer_row->addWidget(layer_title_, 1);
  layer_row->addWidget(only_different_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addWidget(title_);
  column->addWidget(status_);
  column->addWidget(setting_);
  column->addWidget(metric_table_);
  column->addSpacing(4);
  column->addLayout(layer_row);
  column->addWidget(layer_table_, 1);
  column->addStretch(0);  // keeps the labels together when there are no tables
  column->addWidget(copy_export_);
}

void InspectorPage::set_layers(std::string_view layers_json) {
  layers_->set_layers(layers_json);
  refresh();
}

void InspectorPage::set_file(const QString& file) { file_ = file; }

QString InspectorPage::export_command() const {
  const CandidateList::Entry* entry = list_->find(selection_->current());
  if (entry == nullptr || entry->failed()) return {};
  const QString id = QString::number(entry->row.id);
  return QStringLiteral("paretune export --db ") + shell_word(file_) +
         QStringLiteral(" --candidate ") + id + QStringLiteral(" --out candidate-") + id;
}

void InspectorPage::refresh() {
  const CandidateList::Entry* entry = list_->find(selection_->current());
  copy_export_->setEnabled(entry != nullptr && !entry->failed());
  copy_export_->setToolTip(tooltip_text(export_command()));
  for (QWidget* part : {static_cast<QWidget*>(metric_table_), static_cast<QWidget*>(layer_table_),
                        static_cast<QWidget*>(only_different_), static_cast<QWidget*>(setting_),
                        static_cast<QWidget*>(layer_title_)}) {
    part->setVisible(entry != nullptr);
  }
  if (entry != nullptr) return show_entry(*entry);
  metrics_->clear();
  layers_->clear();
  title_->setText(QStringLiteral("No candidate selected"));
  status_->setText(QStringLiteral(
      "Click a point or a row. In the plot, the left and right keys walk the front."));
  status_->setPalette(palette());
}

void InspectorPage::show_entry(const CandidateList::Entry& entry) {
  const results::CandidateRow& row = entry.row;
  const CandidateList::Entry* baseline = list_->baseline();
  const results::CandidateRow* base_row = baseline == nullptr ? nullptr : &baseline->row;
  title_->setText(QStringLiteral("Candidate #") + QString::number(row.id));
  status_->setText(status_text(entry));
  QPalette colours = palette();
  if (entry.failed()) colours.setColor(QPalette::WindowText, worse_colour(palette()));
  status_->setPalette(colours);
  setting_->setText(joined(row.schemes()) + QStringLiteral("  \u00B7  ") + joined(row.devices()) +
                    QStringLiteral("  \u00B7  ") + QString::number(row.candidate.threads) +
                    (row.candidate.threads == 1 ? QStringLiteral(" thread, batch ")
                                                : QStringLiteral(" threads, batch ")) +
                    QString::number(row.candidate.batch) + QStringLiteral("  \u00B7  ") +
                    plain_text(row.candidate.runtime));
  metrics_->show(row, base_row);
  metric_table_->setVisible(metrics_->rowCount() > 0);
  // As high as its lines: the layers get the rest.
  metric_table_->setFixedHeight(
      metric_table_->horizontalHeader()->sizeHint().height() +
      metrics_->rowCount() * metric_table_->verticalHeader()->defaultSectionSize() + 4);
  layers_->show(row, base_row);
  layer_table_->resizeColumnsToContents();
  show_layer_count();
}

void InspectorPage::show_layer_count() {
  QString text =
      QStringLiteral("Layers (") + QString::number(layers_->layer_count()) + QLatin1Char(')');
  const CandidateList::Entry* baseline = list_->baseline();
  if (baseline != nullptr && baseline->row.id != selection_->current()) {
    text += QStringLiteral(", ") + QString::number(layers_->different_count()) +
            QStringLiteral(" differ from the baseline");
  }
  layer_title_->setText(text);
}

QString InspectorPage::status_text(const CandidateList::Entry& entry) const {
  const results::CandidateRow& row = entry.row;
  if (entry.failed()) {
    return entry.texts[static_cast<std::size_t>(CandidateList::failure_column())];
  }
  QStringList parts;
  parts << plain_text(row.origin);
  if (row.on_front) parts << QStringLiteral("on the front");
  if (row.comparison) {
    const results::ComparisonRecord& compared = *row.comparison;
    parts << plain_text(compared.verdict) +
                 QStringLiteral(" %1\u00D7 [%2, %3] the baseline, %4 pairs")
                     .arg(compared.ratio, 0, 'f', 3)
                     .arg(compared.lo, 0, 'f', 3)
                     .arg(compared.hi, 0, 'f', 3)
                     .arg(compared.pairs);
  } else {
    parts << (row.confirmed ? QStringLiteral("confirmed") : QStringLiteral("not confirmed yet"));
  }
  return parts.join(QStringLiteral("  \u00B7  "));
}

}  // namespace paretune::gui
