// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QString>
#include <QThread>

#include "gui/models/store_reader.h"

namespace paretune::gui {

/// A StoreReader on its own thread; its signals arrive on the thread this lives on.
class LiveStore : public QObject {
  Q_OBJECT
 public:
  explicit LiveStore(QObject* parent = nullptr);
  ~LiveStore() override;

  void open(const QString& file, qint64 study_id = 0);
  void select_study(qint64 study_id);
  const QString& file() const { return file_; }

 Q_SIGNALS:
  void updated(paretune::gui::StoreUpdatePtr update);
  void failed(QString sentence);
  void stalled(QString sentence);

 private:
  QThread thread_;
  StoreReader* reader_;  ///< lives on thread_, which deletes it when it ends
  QString file_;
};

}  // namespace paretune::gui
