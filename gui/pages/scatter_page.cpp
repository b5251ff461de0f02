// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/scatter_page.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/models/plain_text.h"

namespace paretune::gui {
namespace {

constexpr const char* extra_field = "memory_mib";

QString titled(const results::Field& field) {
  const QString title = plain_text(field.title);
  return field.unit.empty()
             ? title
             : title + QStringLiteral(" (") + plain_text(field.unit) + QLatin1Char(')');
}

ScatterView::Axis axis_of(const results::Field& field, bool logarithmic) {
  return {{titled(field), field.sense == results::Field::Sense::minimise}, logarithmic};
}

const results::Field* chosen_field(const QComboBox* box) {
  return results::find_field(box->currentData().toString().toStdString());
}

QString value_line(const results::Field& field, const results::CandidateRow& row) {
  const QString value = plain_text(results::format(field, row));
  if (value.isEmpty()) return {};
  QString line = plain_text(field.title) + QStringLiteral("  ") + value;
  if (!field.unit.empty()) line += QLatin1Char(' ') + plain_text(field.unit);
  const auto metric = row.metrics.find(std::string(field.name));
  if (metric != row.metrics.end() && metric->second.lo != metric->second.hi) {
    const auto number = [&field](double v) { return QString::number(v, 'f', field.decimals); };
    line += QStringLiteral("  [") + number(metric->second.lo) + QStringLiteral(" \u2013 ") +
            number(metric->second.hi) + QLatin1Char(']');
  }
  return line;
}

}  // namespace

ScatterPage::ScatterPage(CandidateList* list, CandidateFilter* filter, Selection* selection,
                         QWidget* parent)
    : QWidget(parent), list_(list), filter_(filter), view_(new ScatterView(selection, this)) {
  build_controls();
  lay_out();
  view_->set_describe([this](qint64 id) { return describe(id); });
  connect(list_, &CandidateList::contents_changed, this, &ScatterPage::refresh);
  connect(filter_, &CandidateFilter::criteria_changed, this, &ScatterPage::refresh);
  refresh();
}

QComboBox* ScatterPage::axis_box(const QString& chosen, const QString& name) {
  auto* box = new QComboBox(this);
  box->setAccessibleName(name);
  for (const results::Field& field : results::fields()) {
    if (field.sense == results::Field::Sense::none) continue;
    box->addItem(titled(field), plain_text(field.name));
  }
  box->setCurrentIndex(std::max(0, box->findData(chosen)));
  connect(box, &QComboBox::currentIndexChanged, this, &ScatterPage::refresh);
  return box;
}

void ScatterPage::build_controls() {
  x_box_ = axis_box(QStringLiteral("latency_p50_ms"), QStringLiteral("Horizontal axis"));
  y_box_ = axis_box(QStringLiteral("accuracy"), QStringLiteral("Vertical axis"));
  x_log_ = new QCheckBox(QStringLiteral("log"), this);
  x_log_->setAccessibleName(QStringLiteral("Logarithmic horizontal axis"));
  y_log_ = new QCheckBox(QStringLiteral("log"), this);
  y_log_->setAccessibleName(QStringLiteral("Logarithmic vertical axis"));
  connect(x_log_, &QCheckBox::toggled, this, &ScatterPage::refresh);
  connect(y_log_, &QCheckBox::toggled, this, &ScatterPage::refresh);
  extra_box_ = new QComboBox(this);
  extra_box_->setAccessibleName(QStringLiteral("How memory is shown"));
  extra_box_->addItem(QStringLiteral("size"), static_cast<int>(ExtraUse::size));
  extra_box_->addItem(QStringLiteral("colour"), static_cast<int>(ExtraUse::colour));
  extra_box_->addItem(QStringLiteral("not shown"), static_cast<int>(ExtraUse::none));
  connect(extra_box_, &QComboBox::currentIndexChanged, this, &ScatterPage::refresh);
  count_ = new QLabel(this);
  count_->setTextFormat(Qt::PlainText);
}

void ScatterPage::lay_out() {
  auto* reset = new QPushButton(QStringLiteral("Show all"), this);
  reset->setToolTip(QStringLiteral("Zoom out to all points (double-click in the plot)"));
  connect(reset, &QPushButton::clicked, view_, &ScatterView::reset_view);
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  const auto label = [this, row](const char* text) {
    auto* made = new QLabel(QString::fromLatin1(text), this);
    row->addWidget(made);
  };
  label("X");
  row->addWidget(x_box_);
  row->addWidget(x_log_);
  row->addSpacing(10);
  label("Y");
  row->addWidget(y_box_);
  row->addWidget(y_log_);
  row->addSpacing(10);
  label("Memory as");
  row->addWidget(extra_box_);
  row->addStretch(1);
  row->addWidget(count_);
  row->addWidget(reset);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addLayout(row);
  column->addWidget(view_, 1);
}

void ScatterPage::set_axes(const QString& x, const QString& y) {
  if (const int at = x_box_->findData(x); at >= 0) x_box_->setCurrentIndex(at);
  if (const int at = y_box_->findData(y); at >= 0) y_box_->setCurrentIndex(at);
}

void ScatterPage::refresh() {
  const results::Field* x = chosen_field(x_box_);
  const results::Field* y = chosen_field(y_box_);
  if (x == nullptr || y == nullptr) return;
  const auto use = static_cast<ExtraUse>(extra_box_->currentData().toInt());
  const results::Field* extra = use == ExtraUse::none ? nullptr : results::find_field(extra_field);
  std::function<bool(const CandidateList::Entry&)> keeps;
  if (filter_->filters()) {
    keeps = [this](const CandidateList::Entry& entry) { return filter_->accepts(entry); };
  }
  view_->show_data(ScatterData(*list_, *x, *y, extra, keeps), axis_of(*x, x_log_->isChecked()),
                   axis_of(*y, y_log_->isChecked()), extra == nullptr ? ExtraUse::none : use,
                   extra == nullptr ? QString() : titled(*extra));
  view_->set_note(list_->rowCount() == 0
                      ? QStringLiteral("Nothing measured yet. Points appear here as they are.")
                      : QStringLiteral("No candidate has both values."));
  count_->setText(count_text());
}

QString ScatterPage::count_text() const {
  const int points = static_cast<int>(view_->data().points().size());
  const int unplaced = view_->unplaced_count();
  QString text = QString::number(points - unplaced) +
                 (points - unplaced == 1 ? QStringLiteral(" point") : QStringLiteral(" points"));
  if (unplaced > 0) {
    text += QStringLiteral(", ") + QString::number(unplaced) +
            QStringLiteral(" not positive: not on a log axis");
  }
  return text;
}

QStringList ScatterPage::describe(qint64 id) const {
  const CandidateList::Entry* entry = list_->find(id);
  if (entry == nullptr) return {};
  const results::CandidateRow& row = entry->row;
  QStringList lines;
  lines << QLatin1Char('#') + QString::number(row.id) + QStringLiteral("  ") +
               plain_text(row.origin) + (row.confirmed ? QStringLiteral(", confirmed") : QString());
  const results::Field* x = chosen_field(x_box_);
  const results::Field* y = chosen_field(y_box_);
  const results::Field* memory = results::find_field(extra_field);
  for (const results::Field* field : {x, y, memory == x || memory == y ? nullptr : memory}) {
    if (field != nullptr) lines << value_line(*field, row);
  }
  for (const char* name : {"schemes", "devices"}) {
    if (const auto* field = results::find_field(name)) lines << value_line(*field, row);
  }
  lines.removeAll(QString());
  return lines;
}

}  // namespace paretune::gui
