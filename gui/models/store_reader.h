// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "results/store.h"

namespace paretune::gui {

/// What a look at the store brought.
struct StoreUpdate {
  std::vector<results::SessionRow> sessions;  ///< newest first
  std::int64_t study_id = 0;  ///< the study `rows` belong to; 0 when there is none yet
  bool reset = false;         ///< rows replace what was shown, else they add to it
  std::vector<results::CandidateRow> rows;
  std::string layers_json;  ///< only when reset
};
/// Shared by the event queue between the threads and by whoever receives it: copying 10^5 rows is
/// avoided.
using StoreUpdatePtr = std::shared_ptr<const StoreUpdate>;

/// Reads one results file through its own read-only connection and watches it for commits. Lives on
/// a thread of its own (LiveStore), so that a slow disk or a locked file never stops the window.
class StoreReader : public QObject {
  Q_OBJECT
 public:
  static constexpr int poll_milliseconds = 500;  ///< between two looks, at least
  static constexpr int longest_pause_milliseconds = 10'000;
  explicit StoreReader(QObject* parent = nullptr);

 public Q_SLOTS:
  /// Opens the file and reads a study (0 = newest): updated() or failed() follows.
  void open(const QString& file, qint64 study_id);
  /// Reads another study of the open file.
  void select_study(qint64 study_id);
  /// Reads what was committed since the last look; called by the timer.
  void poll();

 Q_SIGNALS:
  void updated(paretune::gui::StoreUpdatePtr update);
  /// The file cannot be used; one sentence. Nothing is open afterwards.
  void failed(QString sentence);
  /// A look failed (the file is locked or went away); "" when looks succeed again.
  void stalled(QString sentence);

 private:
  void look();
  void read(bool reset);
  void set_stalled(const QString& sentence);

  QTimer timer_;
  std::optional<results::Store> store_;
  std::int64_t wanted_study_ = 0;  ///< 0: whatever is newest
  std::int64_t study_id_ = 0;
  std::int64_t newest_row_ = 0;
  std::int64_t version_ = 0;
  bool is_stalled_ = false;
};

}  // namespace paretune::gui
