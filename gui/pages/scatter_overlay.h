// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QPainter>
#include <QStringList>
#include <vector>

#include "gui/pages/scatter_paint.h"

namespace paretune::gui {

/// What each mark means, in one line above the plot.
void paint_legend(QPainter& painter, const ScatterScene& scene, double width);
/// 95 % intervals of a point in both directions.
void paint_error_bars(QPainter& painter, const ScatterScene& scene, const ScatterData::Point& point,
                      const QPointF& at);
/// A ring with the word "baseline".
void paint_baseline(QPainter& painter, const ScatterScene& scene, const QPointF& at);
void paint_selected(QPainter& painter, const ScatterScene& scene, const ScatterData::Point& point,
                    const QPointF& at);
/// A card beside the point, kept inside `bounds`; the first line is bold. Draws text literally.
void paint_card(QPainter& painter, const ScatterScene& scene, const QStringList& lines,
                const QPointF& at, const QRectF& bounds);
/// A sentence in the middle of an empty plot.
void paint_note(QPainter& painter, const ScatterScene& scene, const QString& sentence);

}  // namespace paretune::gui
