// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <set>

#include "gui/models/scatter_data.h"
#include "gui/pages/scatter_page.h"
#include "gui/pages/scatter_view.h"
#include "search/pareto.h"
#include "tests/gui/synthetic_store.h"

namespace paretune::gui {

class ScatterTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void front_and_staircase_are_the_pareto_front_data();
  void front_and_staircase_are_the_pareto_front();
  void failed_and_incomplete_candidates_are_left_out();
  void hits_what_brute_force_finds();
  void grid_finds_what_brute_force_finds();
  void clicks_select_and_keys_walk_the_front();
  void wheel_and_drag_keep_the_pointer_in_place();
  void axes_switch();
  void every_dense_point_is_inked();
  void dense_and_sparse_paint_where_points_are();
  void log_axis_leaves_out_what_it_cannot_show();
};

/// `count` entries at random places; values rounded so that equal ones occur.
std::vector<results::CandidateRow> scattered(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::lognormal_distribution<double> latency(1, 0.5);
  std::uniform_real_distribution<double> accuracy(0.5, 0.95);
  std::vector<results::CandidateRow> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double l = std::round(latency(random) * 100) / 100;
    const double a = std::round(accuracy(random) * 1000) / 1000;
    rows[i].id = static_cast<std::int64_t>(i) + 1;
    rows[i].candidate.layers["L0"].device = i % 3 == 0 ? "cpu" : "opencl:0";
    rows[i].metrics["latency_p50_ms"] = {"latency_p50_ms", l, l, l, 10};
    rows[i].metrics["accuracy"] = {"accuracy", a, a, a, 10};
    rows[i].metrics["memory_mib"] = {"memory_mib", l + a, l + a, l + a, 1};
  }
  return rows;
}

ScatterData data_of(const CandidateList& list, const char* x, const char* y) {
  return {list, *results::find_field(x), *results::find_field(y), nullptr, {}};
}

ScatterView::Axis axis(const char* title, bool minimised, bool logarithmic = false) {
  return {{QString::fromLatin1(title), minimised}, logarithmic};
}

/// A view over `count` points, laid out at its size.
struct Scene {
  explicit Scene(std::size_t count, unsigned seed = 1) {
    list.reset(scattered(count, seed));
    view.resize(900, 600);
    view.show_data(data_of(list, "latency_p50_ms", "accuracy"), axis("Latency", true),
                   axis("Accuracy", false), ExtraUse::none, {});
  }
  CandidateList list;
  Selection selection;
  ScatterView view{&selection};
};

void ScatterTest::front_and_staircase_are_the_pareto_front_data() {
  QTest::addColumn<QString>("x");
  QTest::addColumn<QString>("y");
  QTest::newRow("min max") << "latency_p50_ms"
                           << "accuracy";
  QTest::newRow("max min") << "accuracy"
                           << "latency_p50_ms";
  QTest::newRow("min min") << "latency_p50_ms"
                           << "memory_mib";
  QTest::newRow("same axis") << "accuracy"
                             << "accuracy";
}

void ScatterTest::front_and_staircase_are_the_pareto_front() {
  QFETCH(QString, x);
  QFETCH(QString, y);
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CandidateList list;
    list.reset(scattered(150, seed));
    const ScatterData data = data_of(list, x.toLatin1(), y.toLatin1());
    std::vector<search::Objectives> objectives;
    for (const auto& point : data.points()) {
      objectives.push_back(
          {data.x_minimised() ? point.x : -point.x, data.y_minimised() ? point.y : -point.y});
    }
    auto front = data.front();
    std::sort(front.begin(), front.end());
    QCOMPARE(front, search::pareto_front(objectives));
    // Every front point is a corner, and no point lies beyond the line: each is dominated by or
    // equal to a corner.
    const auto corners = data.staircase();
    for (const std::size_t index : front) {
      const std::pair<double, double> at(data.points()[index].x, data.points()[index].y);
      QVERIFY(std::find(corners.begin(), corners.end(), at) != corners.end());
    }
    for (std::size_t k = 1; k < corners.size(); ++k) {
      QVERIFY(corners[k].first == corners[k - 1].first ||
              corners[k].second == corners[k - 1].second);
      QVERIFY(corners[k].first >= corners[k - 1].first);
    }
    for (std::size_t k = 1; k + 1 < corners.size(); k += 2) {
      // A turn between two front points is no better than either: no point may dominate beyond it.
      const double cx = data.x_minimised() ? corners[k].first : -corners[k].first;
      const double cy = data.y_minimised() ? corners[k].second : -corners[k].second;
      for (const auto& o : objectives) {
        QVERIFY(!(o[0] < cx && o[1] < cy) || std::any_of(front.begin(), front.end(), [&](auto i) {
          return objectives[i][0] <= o[0] && objectives[i][1] <= o[1];
        }));
      }
    }
  }
}

void ScatterTest::failed_and_incomplete_candidates_are_left_out() {
  auto rows = scattered(4, 1);
  rows[0].outcome = results::Outcome::crash;
  rows[1].metrics.erase("accuracy");
  rows[2].metrics["accuracy"].value = std::numeric_limits<double>::quiet_NaN();
  rows[3].metrics["accuracy"].lo = 2;  // an interval that cannot be: not drawn
  CandidateList list;
  list.reset(rows);
  const ScatterData data = data_of(list, "latency_p50_ms", "accuracy");
  QCOMPARE(data.points().size(), std::size_t(1));
  QCOMPARE(data.points()[0].id, std::int64_t(4));
  QCOMPARE(data.points()[0].y_lo, data.points()[0].y);
}

std::optional<std::size_t> nearest_by_force(const std::vector<QPointF>& positions, QPointF at,
                                            const QRectF& area, double radius) {
  std::optional<std::size_t> best;
  double best_distance = radius * radius;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (!area.contains(positions[i])) continue;
    const QPointF d = positions[i] - at;
    const double distance = d.x() * d.x() + d.y() * d.y();
    if (distance < best_distance || (distance == best_distance && !best)) {
      best = i;
      best_distance = distance;
    }
  }
  return best;
}

void ScatterTest::hits_what_brute_force_finds() {
  Scene scene(3000);
  std::vector<QPointF> positions;
  positions.reserve(3000);
  for (std::size_t i = 0; i < 3000; ++i) positions.push_back(scene.view.position_of(i));
  std::mt19937 random(2);
  std::uniform_real_distribution<double> x(-5, 905);
  std::uniform_real_distribution<double> y(-5, 605);
  int hits = 0;
  for (int round = 0; round < 3000; ++round) {
    const QPointF at(x(random), y(random));
    const auto expected = nearest_by_force(positions, at, scene.view.plot_area(), 10);
    QCOMPARE(scene.view.point_at(at), expected);
    hits += expected ? 1 : 0;
  }
  QVERIFY(hits > 300 && hits < 3000);  // both answers occurred
}

void ScatterTest::grid_finds_what_brute_force_finds() {
  std::mt19937 random(3);
  for (int round = 0; round < 100; ++round) {
    std::uniform_real_distribution<double> place(-20, 120);
    std::vector<QPointF> positions(static_cast<std::size_t>(random() % 60));
    for (QPointF& p : positions) p = {std::round(place(random)), std::round(place(random))};
    const QRectF area(3, 5, 90 + round % 11, 70 + round % 7);
    const PointGrid grid(positions, area);
    for (int probe = 0; probe < 50; ++probe) {
      const QPointF at(std::round(place(random)), std::round(place(random)));
      const double radius = 1 + static_cast<double>(random() % 40);
      QCOMPARE(grid.nearest(at, radius), nearest_by_force(positions, at, area, radius));
    }
  }
}

void ScatterTest::clicks_select_and_keys_walk_the_front() {
  Scene scene(300);
  QSignalSpy changed(&scene.selection, &Selection::changed);
  const auto& points = scene.view.data().points();
  const auto hit = scene.view.point_at(scene.view.position_of(7));
  QTest::mouseClick(&scene.view, Qt::LeftButton, {}, scene.view.position_of(7).toPoint());
  QCOMPARE(scene.selection.current(), qint64(points[*hit].id));
  QCOMPARE(changed.count(), 1);
  const auto& front = scene.view.data().front();
  QVERIFY(front.size() >= 3);
  QTest::keyClick(&scene.view, Qt::Key_Home);
  for (const std::size_t index : front) {
    QCOMPARE(scene.selection.current(), qint64(points[index].id));
    QTest::keyClick(&scene.view, Qt::Key_Right);
  }
  QCOMPARE(scene.selection.current(), qint64(points[front.back()].id));  // the end holds
  QTest::keyClick(&scene.view, Qt::Key_Left);
  QCOMPARE(scene.selection.current(), qint64(points[front[front.size() - 2]].id));
  QTest::keyClick(&scene.view, Qt::Key_Escape);
  QCOMPARE(scene.selection.current(), qint64(0));
}

void ScatterTest::wheel_and_drag_keep_the_pointer_in_place() {
  Scene scene(200);
  const QPointF before = scene.view.position_of(5);
  QWheelEvent wheel(before, before, {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                    false);
  QApplication::sendEvent(&scene.view, &wheel);
  QVERIFY(scene.view.zoomed());
  const QPointF zoomed = scene.view.position_of(5);
  // Tick labels may change the margins by a few pixels.
  QVERIFY((zoomed - before).manhattanLength() < 25);
  const QPointF other = scene.view.position_of(9);
  const QPoint start = scene.view.plot_area().center().toPoint();
  QTest::mousePress(&scene.view, Qt::LeftButton, {}, start);
  QTest::mouseMove(&scene.view, start + QPoint(60, 0));
  QTest::mouseMove(&scene.view, start + QPoint(60, 30));
  QTest::mouseRelease(&scene.view, Qt::LeftButton, {}, start + QPoint(60, 30));
  const QPointF moved = scene.view.position_of(9) - other;
  QVERIFY2(std::abs(moved.x() - 60) < 20 && std::abs(moved.y() - 30) < 20,
           qPrintable(QStringLiteral("%1, %2").arg(moved.x()).arg(moved.y())));
  QCOMPARE(scene.selection.current(), qint64(0));  // a drag selects nothing
  QTest::mouseDClick(&scene.view, Qt::LeftButton, {}, start);
  QVERIFY(!scene.view.zoomed());
  QCOMPARE(scene.view.position_of(5), before);
}

void ScatterTest::axes_switch() {
  CandidateList list;
  list.reset(testing::make_rows(50, 3));
  CandidateFilter filter;
  filter.set_list(&list);
  Selection selection;
  ScatterPage page(&list, &filter, &selection);
  page.resize(900, 600);
  const auto boxes = page.findChildren<QComboBox*>();
  QStringList names;
  for (int i = 0; i < boxes[0]->count(); ++i) names << boxes[0]->itemData(i).toString();
  for (const auto& field : results::fields()) {
    const bool offered = names.contains(QString::fromUtf8(field.name.data(), field.name.size()));
    QCOMPARE(offered, field.sense != results::Field::Sense::none);
  }
  page.set_axes(QStringLiteral("memory_mib"), QStringLiteral("latency_p90_ms"));
  const auto& point = page.view()->data().points()[3];
  const auto& row = list.find(point.id)->row;
  QCOMPARE(point.x, row.metrics.at("memory_mib").value);
  QCOMPARE(point.y, row.metrics.at("latency_p90_ms").value);
  page.set_axes(QStringLiteral("accuracy"), QStringLiteral("no such field"));
  QCOMPARE(page.view()->data().points()[3].x, row.metrics.at("accuracy").value);
  filter.set_query(FilterQuery::parse(QStringLiteral("devices=cpu")));
  for (const auto& p : page.view()->data().points()) {
    QCOMPARE(p.dimmed, list.find(p.id)->row.devices() != std::vector<std::string>{"cpu"});
  }
}

void ScatterTest::every_dense_point_is_inked() {
  Scene scene(100000, 5);
  const QImage shot = scene.view.grab().toImage();
  const QRectF plot = scene.view.plot_area();
  const QRgb background = scene.view.palette().color(QPalette::Base).rgb();
  for (std::size_t i = 0; i < 100000; ++i) {
    const QPointF at = scene.view.position_of(i);
    if (!plot.adjusted(2, 2, -2, -2).contains(at)) continue;
    if (shot.pixel(at.toPoint() - QPoint(0, 0)) != background) continue;
    // toPoint rounds; the cell of the point is where it is cut.
    QVERIFY2(shot.pixel(static_cast<int>(at.x()), static_cast<int>(at.y())) != background,
             qPrintable(QStringLiteral("point %1 at %2, %3").arg(i).arg(at.x()).arg(at.y())));
  }
}

void ScatterTest::dense_and_sparse_paint_where_points_are() {
  // All points in one corner region, on either side of the limit: the rest of the plot stays as
  // empty as with none.
  for (const std::size_t count : {std::size_t(50), dense_limit + 1000}) {
    auto rows = scattered(count, 6);
    for (std::size_t i = 2; i < count; ++i) {
      rows[i].metrics["latency_p50_ms"].value = 1 + 0.1 * static_cast<double>(i % 100) / 100;
      rows[i].metrics["accuracy"].value = 0.5 + 0.02 * static_cast<double>(i % 77) / 77;
    }
    for (auto& row : rows) row.metrics["latency_p50_ms"].lo = row.metrics["latency_p50_ms"].hi = -1;
    rows[0].metrics["latency_p50_ms"].value = 10;
    rows[0].metrics["accuracy"].value = 0.5;
    rows[1].metrics["latency_p50_ms"].value = 1;
    rows[1].metrics["accuracy"].value = 0.9;
    CandidateList list;
    list.reset(rows);
    Selection selection;
    ScatterView view(&selection);
    view.resize(900, 600);
    view.show_data(data_of(list, "latency_p50_ms", "accuracy"), axis("Latency", true),
                   axis("Accuracy", false), ExtraUse::none, {});
    const QImage shot = view.grab().toImage();
    std::set<QRgb> colours;
    const QRect far(view.plot_area().center().toPoint(), QSize(200, 100));
    for (int x = far.left(); x < far.right(); ++x) {
      for (int y = far.top(); y < far.bottom(); ++y) colours.insert(shot.pixel(x, y));
    }
    QVERIFY(colours.size() <= 2);  // background and grid lines
    const QPoint crowd = view.position_of(20).toPoint();
    QVERIFY(shot.pixel(crowd) != view.palette().color(QPalette::Base).rgb());
  }
}

void ScatterTest::log_axis_leaves_out_what_it_cannot_show() {
  auto rows = scattered(20, 7);
  rows[4].metrics["latency_p50_ms"].value = 0;
  rows[5].metrics["latency_p50_ms"].value = -2;
  CandidateList list;
  list.reset(rows);
  Selection selection;
  ScatterView view(&selection);
  view.resize(600, 400);
  view.show_data(data_of(list, "latency_p50_ms", "accuracy"), axis("Latency", true, true),
                 axis("Accuracy", false), ExtraUse::size, {});
  QCOMPARE(view.unplaced_count(), 2);
  selection.set(5);
  QVERIFY(!view.grab().isNull());
  QVERIFY(std::isnan(view.position_of(4).x()));
}

}  // namespace paretune::gui

QTEST_MAIN(paretune::gui::ScatterTest)
#include "scatter_test.moc"
