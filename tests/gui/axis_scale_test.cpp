// SPDX-License-Identifier: Apache-2.0
#include "gui/models/axis_scale.h"

#include <QTest>
#include <cmath>
#include <limits>
#include <random>

namespace paretune::gui {

class AxisScaleTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void units_and_values_are_inverse();
  void fit_shows_both_ends();
  void ticks_are_inside_ascending_and_labelled();
  void zoom_keeps_its_anchor();
  void zoom_stops_at_the_limits();
  void logarithmic_axes_refuse_what_is_not_positive();
};

AxisScale random_scale(std::mt19937& random, bool logarithmic) {
  std::uniform_real_distribution<double> exponent(-4, 6);
  const double lo = std::pow(10, exponent(random));
  const double hi = lo * (1 + std::pow(10, exponent(random) / 3));
  return AxisScale::fit(lo, hi, logarithmic);
}

void AxisScaleTest::units_and_values_are_inverse() {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const AxisScale scale = random_scale(random, round % 2 == 0);
    for (const double unit : {0.0, 0.25, 0.7, 1.0}) {
      QVERIFY(std::abs(scale.to_unit(scale.from_unit(unit)) - unit) < 1e-6);
    }
  }
}

void AxisScaleTest::fit_shows_both_ends() {
  for (const bool logarithmic : {false, true}) {
    for (const double hi : {1.0, 1.5, 4000.0}) {
      const AxisScale scale = AxisScale::fit(1, hi, logarithmic);
      QVERIFY(scale.to_unit(1) > 0 && scale.to_unit(1) < 1);
      QVERIFY(scale.to_unit(hi) > 0 && scale.to_unit(hi) < 1);
    }
  }
}

void AxisScaleTest::ticks_are_inside_ascending_and_labelled() {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    const AxisScale scale = random_scale(random, round % 2 == 0);
    const auto ticks = scale.ticks(6);
    QVERIFY2(ticks.size() >= 2 && ticks.size() <= 20,
             qPrintable(QStringLiteral("%1 ticks in %2..%3 log %4")
                            .arg(ticks.size())
                            .arg(scale.lo())
                            .arg(scale.hi())
                            .arg(scale.logarithmic())));
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      const double slack = (scale.hi() - scale.lo()) * 1e-6;
      QVERIFY(ticks[i].value >= scale.lo() - slack && ticks[i].value <= scale.hi() + slack);
      QVERIFY(i == 0 || ticks[i].value > ticks[i - 1].value);
      QVERIFY(i == 0 || ticks[i].label != ticks[i - 1].label);
      QVERIFY(std::abs(ticks[i].label.toDouble() - ticks[i].value) <=
              std::abs(ticks[i].value) * 1e-3);
    }
  }
}

void AxisScaleTest::zoom_keeps_its_anchor() {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const AxisScale scale = random_scale(random, round % 2 == 0);
    const double anchor = scale.from_unit(0.3);
    const AxisScale next = scale.zoomed(0.3, 0.8);
    QVERIFY(next.hi() - next.lo() < scale.hi() - scale.lo());
    QVERIFY(std::abs(next.to_unit(anchor) - 0.3) < 1e-6);
  }
}

void AxisScaleTest::zoom_stops_at_the_limits() {
  for (const bool logarithmic : {false, true}) {
    for (const double factor : {0.5, 2.0}) {
      AxisScale scale = AxisScale::fit(1, 9, logarithmic);
      for (int round = 0; round < 5000; ++round) scale = scale.zoomed(0.4, factor).panned(0.01);
      QVERIFY(std::isfinite(scale.lo()) && std::isfinite(scale.hi()) && scale.lo() < scale.hi());
      QVERIFY(!logarithmic || scale.lo() > 0);
      QVERIFY(scale.ticks(6).size() < 100);
    }
  }
}

void AxisScaleTest::logarithmic_axes_refuse_what_is_not_positive() {
  const AxisScale scale(1, 10, true);
  QVERIFY(!scale.can_show(0) && !scale.can_show(-1));
  QVERIFY(!scale.can_show(std::numeric_limits<double>::quiet_NaN()));
  QVERIFY(scale.can_show(5));
  QVERIFY(AxisScale(0, 1, false).can_show(-3));
}

}  // namespace paretune::gui

QTEST_GUILESS_MAIN(paretune::gui::AxisScaleTest)
#include "axis_scale_test.moc"
