// SPDX-License-Identifier: Apache-2.0
#include "gui/models/store_reader.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "gui/models/candidate_list.h"
#include "tests/gui/synthetic_store.h"

namespace paretune::gui {

class StoreReaderTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init();
  void reads_what_was_written();
  void reads_only_newer_rows();
  void a_failure_after_success_is_followed();
  void switches_studies();
  void a_shown_study_stays_when_another_begins();
  void bad_files_are_one_sentence_data();
  void bad_files_are_one_sentence();

 private:
  QString path(const char* name) const { return folder_->filePath(QString::fromLatin1(name)); }
  std::filesystem::path file(const char* name) const { return path(name).toStdString(); }
  void receive(const StoreUpdatePtr& update);

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<StoreReader> reader_;
  std::vector<StoreUpdatePtr> updates_;
  QStringList failures_;
  CandidateList list_;
};

void StoreReaderTest::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  reader_ = std::make_unique<StoreReader>();
  updates_.clear();
  failures_.clear();
  list_.reset({});
  connect(reader_.get(), &StoreReader::updated, this,
          [this](const StoreUpdatePtr& update) { receive(update); });
  connect(reader_.get(), &StoreReader::failed, this,
          [this](const QString& sentence) { failures_ << sentence; });
}

void StoreReaderTest::receive(const StoreUpdatePtr& update) {
  updates_.push_back(update);
  update->reset ? list_.reset(update->rows) : list_.merge(update->rows);
}

void StoreReaderTest::reads_what_was_written() {
  testing::Writer writer(file("r.db"), 50);
  for (int i = 0; i < 5; ++i) writer.add();
  writer.add_failed(results::Outcome::hang, "no answer");
  reader_->open(path("r.db"), 0);
  QCOMPARE(updates_.size(), std::size_t(1));
  QVERIFY(updates_[0]->reset);
  QCOMPARE(updates_[0]->rows.size(), std::size_t(6));
  QCOMPARE(updates_[0]->study_id, writer.study_id());
  QCOMPARE(updates_[0]->layers_json, testing::layers_json());
  QCOMPARE(updates_[0]->sessions.front().planned, std::int64_t(50));
  QCOMPARE(list_.failed_count(), 1);
  QVERIFY(failures_.isEmpty());
}

void StoreReaderTest::reads_only_newer_rows() {
  testing::Writer writer(file("r.db"));
  for (int i = 0; i < 5; ++i) writer.add();
  reader_->open(path("r.db"), 0);
  reader_->poll();
  QCOMPARE(updates_.size(), std::size_t(1));  // nothing was committed: nothing is read
  for (int round = 0; round < 20; ++round) {
    const auto id = writer.add();
    reader_->poll();
    QVERIFY(!updates_.back()->reset);
    QCOMPARE(updates_.back()->rows.size(), std::size_t(1));
    QCOMPARE(updates_.back()->rows[0].id, id);
  }
  // The flags kept up row by row are those the store gives for the whole study.
  for (const auto& row : writer.store().candidates(writer.study_id())) {
    QCOMPARE(list_.find(row.id)->row.on_front, row.on_front);
  }
}

void StoreReaderTest::a_failure_after_success_is_followed() {
  testing::Writer writer(file("r.db"));
  writer.add();
  reader_->open(path("r.db"), 0);
  writer.add_failed(results::Outcome::device_oom, "out of memory");
  writer.end();
  reader_->poll();
  QCOMPARE(list_.rowCount(), 2);
  QCOMPARE(list_.failed_count(), 1);
  QCOMPARE(QString::fromStdString(updates_.back()->sessions.front().state), QStringLiteral("done"));
}

void StoreReaderTest::switches_studies() {
  testing::Writer first(file("r.db"), 10, "first");
  first.add();
  testing::Writer second(file("r.db"), 10, "second");
  second.add();
  second.add();
  reader_->open(path("r.db"), 0);
  QCOMPARE(updates_.back()->study_id, second.study_id());
  QCOMPARE(list_.rowCount(), 2);
  reader_->select_study(first.study_id());
  QVERIFY(updates_.back()->reset);
  QCOMPARE(updates_.back()->study_id, first.study_id());
  QCOMPARE(list_.rowCount(), 1);
}

void StoreReaderTest::a_shown_study_stays_when_another_begins() {
  testing::Writer first(file("r.db"), 10, "first");
  first.add();
  reader_->open(path("r.db"), 0);
  testing::Writer second(file("r.db"), 10, "second");
  second.add();
  reader_->poll();
  QCOMPARE(updates_.back()->study_id, first.study_id());
  QCOMPARE(updates_.back()->sessions.size(), std::size_t(2));
  QCOMPARE(list_.rowCount(), 1);
}

void StoreReaderTest::bad_files_are_one_sentence_data() {
  QTest::addColumn<QByteArray>("content");
  QTest::newRow("text") << QByteArray("not a database at all, just text\n");
  QTest::newRow("empty") << QByteArray("");
  QTest::newRow("header only") << QByteArray("SQLite format 3\0", 16);
  QTest::newRow("header and noise") << QByteArray("SQLite format 3\0", 16) + QByteArray(4096, 'x');
}

void StoreReaderTest::bad_files_are_one_sentence() {
  QFETCH(QByteArray, content);
  QFile bad(path("bad.db"));
  QVERIFY(bad.open(QIODevice::WriteOnly));
  bad.write(content);
  bad.close();
  for (const QString& name : {path("bad.db"), path("absent.db"), folder_->path()}) {
    failures_.clear();
    reader_->open(name, 0);
    QCOMPARE(failures_.size(), 1);
    QVERIFY(!failures_[0].isEmpty());
    QVERIFY(!failures_[0].contains(QLatin1Char('\n')));
  }
  QVERIFY(updates_.empty());
  reader_->poll();  // with nothing open: no more than nothing
  QCOMPARE(failures_.size(), 1);
}

}  // namespace paretune::gui

QTEST_GUILESS_MAIN(paretune::gui::StoreReaderTest)
#include "store_reader_test.moc"
