// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

namespace paretune::gui {

/// The one candidate all views look at: plot, table and inspector set it and follow it.
class Selection : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;
  /// Candidate id; 0 when none is selected.
  qint64 current() const { return current_; }
  void set(qint64 id);

 Q_SIGNALS:
  void changed(qint64 id);

 private:
  qint64 current_ = 0;
};

}  // namespace paretune::gui
