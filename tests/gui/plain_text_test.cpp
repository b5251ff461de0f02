// SPDX-License-Identifier: Apache-2.0
#include "gui/models/plain_text.h"

#include <QProcess>
#include <QTest>

namespace paretune::gui {

class PlainTextTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void replaces_what_disturbs_a_line();
  void cuts_long_text();
  void tooltips_show_markup_literally();
  void shell_words_survive_a_shell_data();
  void shell_words_survive_a_shell();
  void cells_stay_cells();
};

void PlainTextTest::replaces_what_disturbs_a_line() {
  QCOMPARE(plain_text("conv_1"), QStringLiteral("conv_1"));
  QCOMPARE(plain_text("caf\xC3\xA9"), QString(QStringLiteral("caf") + QChar(0xE9)));
  for (const char* bad : {"a\nb", "a\tb",
                          "a\x1b"
                          "b",
                          "a\xE2\x80\xAE"
                          "b",
                          "a\xFF"
                          "b"}) {
    const QString text = plain_text(bad);
    QCOMPARE(text.size(), 3);
    QCOMPARE(text[1], QChar(QChar::ReplacementCharacter));
  }
}

void PlainTextTest::cuts_long_text() { QCOMPARE(plain_text(std::string(5000, 'x')).size(), 401); }

void PlainTextTest::tooltips_show_markup_literally() {
  QVERIFY(!tooltip_text(QStringLiteral("<img src=x>")).contains(QStringLiteral("<img")));
  QCOMPARE(tooltip_text(QString()), QString());
}

void PlainTextTest::shell_words_survive_a_shell_data() {
  QTest::addColumn<QString>("word");
  for (const char* word : {"results.db", "my results.db", "it's", "$(touch x)", "`x`", "a\"b", "-x",
                           "a;b&c|d", "\\", "*", "~", "#x", ""}) {
    QTest::newRow(word) << QString::fromLatin1(word);
  }
}

void PlainTextTest::shell_words_survive_a_shell() {
  QFETCH(QString, word);
  QProcess shell;
  shell.start(QStringLiteral("sh"),
              {QStringLiteral("-c"), QStringLiteral("printf %s ") + shell_word(word)});
  QVERIFY(shell.waitForFinished());
  QCOMPARE(QString::fromUtf8(shell.readAllStandardOutput()), word);
}

void PlainTextTest::cells_stay_cells() {
  QCOMPARE(tsv_cell(QStringLiteral("a\tb\nc")), QStringLiteral("a b c"));
}

}  // namespace paretune::gui

QTEST_GUILESS_MAIN(paretune::gui::PlainTextTest)
#include "plain_text_test.moc"
