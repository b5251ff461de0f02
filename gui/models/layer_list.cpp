// SPDX-License-Identifier: Apache-2.0
#include "gui/models/layer_list.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <array>
#include <set>

#include "gui/models/plain_text.h"

namespace paretune::gui {
namespace {

QString knobs_text(const model::Knobs& knobs) {
  QString text;
  for (const auto& [name, value] : knobs) {
    if (!text.isEmpty()) text += QLatin1Char(' ');
    text += plain_text(name) + QLatin1Char('=') + QString::number(value);
  }
  return text;
}

void put_choice(const results::CandidateRow& row, const std::string& id, QString* texts) {
  const auto found = row.candidate.layers.find(id);
  if (found == row.candidate.layers.end()) return;
  texts[LayerList::scheme_column] = plain_text(found->second.scheme);
  texts[LayerList::device_column] = plain_text(found->second.device);
  texts[LayerList::kernel_column] = plain_text(found->second.kernel);
  texts[LayerList::knobs_column] = knobs_text(found->second.knobs);
}

}  // namespace

bool LayerList::Line::differs(int column) const {
  return compared && column >= scheme_column && texts[column] != baseline[column];
}

bool LayerList::Line::differs() const {
  return differs(scheme_column) || differs(device_column) || differs(kernel_column) ||
         differs(knobs_column);
}

void LayerList::set_layers(std::string_view layers_json) {
  order_.clear();
  family_.clear();
  const auto document = QJsonDocument::fromJson(
      QByteArray(layers_json.data(), static_cast<qsizetype>(layers_json.size())));
  const QJsonArray layers = document.array();
  for (const auto& value : layers) {
    const QJsonObject layer = value.toObject();
    const std::string id = layer[QStringLiteral("id")].toString().toStdString();
    if (id.empty() || family_.count(id) != 0) continue;
    order_.push_back(id);
    family_[id] = layer[QStringLiteral("family")].toString().toStdString();
  }
}

LayerList::Line LayerList::make_line(const std::string& id, const results::CandidateRow& row,
                                     const results::CandidateRow* baseline) const {
  Line line;
  line.texts[layer_column] = plain_text(id);
  const auto family = family_.find(id);
  if (family != family_.end()) line.texts[family_column] = plain_text(family->second);
  put_choice(row, id, line.texts);
  line.compared = baseline != nullptr && baseline->id != row.id;
  if (line.compared) put_choice(*baseline, id, line.baseline);
  return line;
}

void LayerList::show(const results::CandidateRow& row, const results::CandidateRow* baseline) {
  beginResetModel();
  lines_.clear();
  std::set<std::string> done;
  for (const std::string& id : order_) {
    // Views and other layers without a choice of their own have nothing to show.
    if (row.candidate.layers.count(id) == 0) continue;
    lines_.push_back(make_line(id, row, baseline));
    done.insert(id);
  }
  for (const auto& [id, choice] : row.candidate.layers) {
    if (done.count(id) == 0) lines_.push_back(make_line(id, row, baseline));
  }
  choose_visible();
  endResetModel();
}

void LayerList::clear() {
  beginResetModel();
  lines_.clear();
  choose_visible();
  endResetModel();
}

void LayerList::set_only_different(bool on) {
  beginResetModel();
  only_different_ = on;
  choose_visible();
  endResetModel();
}

void LayerList::choose_visible() {
  visible_.clear();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!only_different_ || lines_[i].differs()) visible_.push_back(i);
  }
}

int LayerList::different_count() const {
  return static_cast<int>(
      std::count_if(lines_.begin(), lines_.end(), [](const Line& line) { return line.differs(); }));
}

const LayerList::Line& LayerList::line_at(int row) const {
  return lines_[visible_[static_cast<std::size_t>(row)]];
}

int LayerList::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(visible_.size());
}

int LayerList::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : column_count;
}

QVariant LayerList::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const Line& line = line_at(index.row());
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return line.texts[column];
    case differs_role:
      return line.differs(column);
    case Qt::ToolTipRole: {
      if (!line.differs(column)) return tooltip_text(line.texts[column]);
      const QString was =
          line.baseline[column].isEmpty() ? QStringLiteral("(none)") : line.baseline[column];
      return tooltip_text(line.texts[column] + QStringLiteral("\nbaseline: ") + was);
    }
    default:
      return {};
  }
}

QVariant LayerList::headerData(int section, Qt::Orientation orientation, int role) const {
  static const std::array<QString, column_count> titles = {
      QStringLiteral("Layer"),  QStringLiteral("Family"), QStringLiteral("Scheme"),
      QStringLiteral("Device"), QStringLiteral("Kernel"), QStringLiteral("Knobs")};
  if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
  if (role == Qt::DisplayRole) return titles[static_cast<std::size_t>(section)];
  return {};
}

}  // namespace paretune::gui
