// SPDX-License-Identifier: Apache-2.0
#include "gui/models/metric_list.h"

#include <array>
#include <cmath>

#include "gui/models/plain_text.h"

namespace paretune::gui {
namespace {

const results::Metric* find(const results::CandidateRow* row, const results::Field& field) {
  if (row == nullptr) return nullptr;
  const auto found = row->metrics.find(std::string(field.name));
  return found == row->metrics.end() ? nullptr : &found->second;
}

QString with_unit(const QString& number, const results::Field& field) {
  return field.unit.empty() ? number : number + QLatin1Char(' ') + plain_text(field.unit);
}

QString signed_text(double value, const QString& digits) {
  // U+2212: a minus as wide as the plus.
  return (value < 0 ? QString(QChar(0x2212)) : QStringLiteral("+")) + digits;
}

/// Ratios read best as a percentage; a share such as accuracy as a difference in points.
QString change_text(const results::Field& field, double value, double baseline) {
  if (field.name.substr(0, 8) == "accuracy") {
    const double points = (value - baseline) * (field.unit == "%" ? 1 : 100);
    if (std::abs(points) < 0.005) return QStringLiteral("same");
    return signed_text(points, QString::number(std::abs(points), 'f', 2) + QStringLiteral(" pp"));
  }
  if (baseline == 0) return {};
  const double percent = (value / baseline - 1) * 100;
  if (std::abs(percent) < 0.05) return QStringLiteral("same");
  return signed_text(percent, QString::number(std::abs(percent), 'f', 1) + QStringLiteral(" %"));
}

int verdict_of(const results::Field& field, const results::Metric& metric,
               const results::Metric& baseline) {
  const bool less = metric.hi < baseline.lo;
  const bool more = metric.lo > baseline.hi;
  if (field.sense == results::Field::Sense::none || (!less && !more)) return 0;
  return less == (field.sense == results::Field::Sense::minimise) ? 1 : -1;
}

}  // namespace

MetricList::Line MetricList::make_line(const results::Field& field, const results::Metric& metric,
                                       const results::Metric* baseline) {
  const auto number = [&field](double value) {
    return QString::number(value, 'f', field.decimals);
  };
  Line line;
  line.texts[name_column] = plain_text(field.title);
  line.texts[value_column] = with_unit(number(metric.value), field);
  if (metric.lo != metric.hi) {
    line.texts[interval_column] =
        number(metric.lo) + QStringLiteral(" \u2013 ") + number(metric.hi);
  } else {
    line.texts[interval_column] = QStringLiteral("exact");
  }
  if (metric.n > 0) line.texts[samples_column] = QString::number(metric.n);
  if (baseline != nullptr && baseline != &metric) {
    line.texts[change_column] = change_text(field, metric.value, baseline->value);
    line.verdict = verdict_of(field, metric, *baseline);
  }
  return line;
}

void MetricList::show(const results::CandidateRow& row, const results::CandidateRow* baseline) {
  beginResetModel();
  lines_.clear();
  for (const results::Field& field : results::fields()) {
    const results::Metric* metric = find(&row, field);
    if (metric != nullptr) lines_.push_back(make_line(field, *metric, find(baseline, field)));
  }
  endResetModel();
}

void MetricList::clear() {
  beginResetModel();
  lines_.clear();
  endResetModel();
}

int MetricList::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(lines_.size());
}

int MetricList::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : column_count;
}

QVariant MetricList::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const Line& line = lines_[static_cast<std::size_t>(index.row())];
  if (role == Qt::DisplayRole) return line.texts[index.column()];
  if (role == verdict_role && index.column() == change_column) return line.verdict;
  if (role == Qt::ToolTipRole && index.column() == change_column && line.verdict != 0) {
    return tooltip_text(QStringLiteral("The 95 % intervals do not overlap"));
  }
  if (role == Qt::TextAlignmentRole) {
    const bool left = index.column() == name_column;
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                               (left ? Qt::AlignLeft : Qt::AlignRight));
  }
  return {};
}

QVariant MetricList::headerData(int section, Qt::Orientation orientation, int role) const {
  static const std::array<QString, column_count> titles = {
      QStringLiteral("Metric"), QStringLiteral("Value"), QStringLiteral("95 % interval"),
      QStringLiteral("n"), QStringLiteral("vs baseline")};
  if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter) |
                               (section == name_column ? Qt::AlignLeft : Qt::AlignRight));
  }
  if (role == Qt::DisplayRole) return titles[static_cast<std::size_t>(section)];
  return {};
}

}  // namespace paretune::gui
