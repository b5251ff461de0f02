// SPDX-License-Identifier: Apache-2.0
#include "gui/models/store_reader.h"

#include <QElapsedTimer>
#include <algorithm>
#include <exception>
#include <filesystem>

#include "gui/models/plain_text.h"

namespace paretune::gui {

StoreReader::StoreReader(QObject* parent) : QObject(parent), timer_(this) {
  qRegisterMetaType<StoreUpdatePtr>("paretune::gui::StoreUpdatePtr");
  timer_.setSingleShot(true);
  timer_.setInterval(poll_milliseconds);
  connect(&timer_, &QTimer::timeout, this, &StoreReader::poll);
}

void StoreReader::open(const QString& file, qint64 study_id) {
  timer_.stop();
  store_.reset();
  wanted_study_ = study_id;
  try {
    store_.emplace(std::filesystem::path(file.toStdString()), results::Store::Mode::read_only);
    version_ = store_->data_version();
    read(true);
  } catch (const std::exception& error) {
    store_.reset();
    Q_EMIT failed(plain_text(error.what()));
    return;
  }
  is_stalled_ = false;
  timer_.start(poll_milliseconds);
}

void StoreReader::select_study(qint64 study_id) {
  if (!store_) return;
  wanted_study_ = study_id;
  try {
    read(true);
  } catch (const std::exception& error) {
    set_stalled(plain_text(error.what()));
  }
}

void StoreReader::poll() {
  if (!store_) return;
  QElapsedTimer spent;
  spent.start();
  look();
  // A log starts anew only while nobody reads, and who measures beside us wants the processor: we
  // are at rest twice as long as we read.
  timer_.start(std::clamp<int>(static_cast<int>(2 * spent.elapsed()), poll_milliseconds,
                               longest_pause_milliseconds));
}

void StoreReader::look() {
  try {
    const std::int64_t version = store_->data_version();
    if (version != version_) {
      read(false);
      version_ = version;
    }
    set_stalled({});
  } catch (const std::exception& error) {
    // The writer may hold the file for a moment; the next look tries the same again.
    set_stalled(plain_text(error.what()));
  }
}

void StoreReader::read(bool reset) {
  auto update = std::make_shared<StoreUpdate>();
  update->sessions = store_->sessions();
  std::sort(update->sessions.begin(), update->sessions.end(),
            [](const auto& a, const auto& b) { return a.id > b.id; });
  std::int64_t study = wanted_study_;
  // A study that was on show stays on show when a newer one begins.
  if (study == 0) study = study_id_ != 0 && !reset ? study_id_ : 0;
  if (study == 0 && !update->sessions.empty()) study = update->sessions.front().study_id;
  update->reset = reset || study != study_id_;
  update->study_id = study;
  if (study != 0) {
    update->rows = store_->candidates(study, update->reset ? 0 : newest_row_);
    if (update->reset) update->layers_json = store_->layers_json(study);
  }
  study_id_ = study;
  if (update->reset) newest_row_ = 0;
  for (const results::CandidateRow& row : update->rows) {
    newest_row_ = std::max(newest_row_, row.row_version);
  }
  Q_EMIT updated(update);
}

void StoreReader::set_stalled(const QString& sentence) {
  if (sentence.isEmpty() && !is_stalled_) return;
  is_stalled_ = !sentence.isEmpty();
  Q_EMIT stalled(sentence);
}

}  // namespace paretune::gui
