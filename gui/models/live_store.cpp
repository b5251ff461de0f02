// SPDX-License-Identifier: Apache-2.0
#include "gui/models/live_store.h"

#include <QMetaObject>

namespace paretune::gui {

LiveStore::LiveStore(QObject* parent) : QObject(parent), reader_(new StoreReader) {
  reader_->moveToThread(&thread_);
  connect(&thread_, &QThread::finished, reader_, &QObject::deleteLater);
  connect(reader_, &StoreReader::updated, this, &LiveStore::updated);
  connect(reader_, &StoreReader::failed, this, &LiveStore::failed);
  connect(reader_, &StoreReader::stalled, this, &LiveStore::stalled);
  thread_.start();
}

LiveStore::~LiveStore() {
  thread_.quit();
  thread_.wait();
}

void LiveStore::open(const QString& file, qint64 study_id) {
  file_ = file;
  QMetaObject::invokeMethod(reader_,
                            [reader = reader_, file, study_id] { reader->open(file, study_id); });
}

void LiveStore::select_study(qint64 study_id) {
  QMetaObject::invokeMethod(reader_,
                            [reader = reader_, study_id] { reader->select_study(study_id); });
}

}  // namespace paretune::gui
