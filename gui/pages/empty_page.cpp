// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/empty_page.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/pages/theme.h"

namespace paretune::gui {
namespace {

constexpr int column_width = 560;

QLabel* make_label(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  return label;
}

}  // namespace

EmptyPage::EmptyPage(QWidget* parent)
    : QWidget(parent),
      title_(make_label(QStringLiteral("No results open"), this)),
      problem_(make_label({}, this)),
      command_(new QLineEdit(QStringLiteral("paretune sweep study.yaml --db results.db"), this)) {
  QFont large = font();
  large.setPointSizeF(large.pointSizeF() * 1.7);
  large.setBold(true);
  title_->setFont(large);
  auto* open = new QPushButton(QStringLiteral("Open results\u2026"), this);
  open->setDefault(true);
  open->setMinimumSize(140, 34);
  connect(open, &QPushButton::clicked, this, &EmptyPage::open_requested);
  command_->setReadOnly(true);
  command_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  command_->setAccessibleName(QStringLiteral("Command that makes results"));
  auto* copy = new QPushButton(QStringLiteral("Copy"), this);
  connect(copy, &QPushButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(command_->text()); });

  auto* row = new QHBoxLayout;
  row->addWidget(command_, 1);
  row->addWidget(copy);
  auto* body = new QWidget(this);
  body->setFixedWidth(column_width);
  auto* column = new QVBoxLayout(body);
  column->setSpacing(12);
  column->addWidget(title_);
  column->addWidget(problem_);
  column->addWidget(make_label(
      QStringLiteral("Open a results file that paretune wrote. One that is still being written is "
                     "shown live."),
      body));
  column->addWidget(open, 0, Qt::AlignLeft);
  column->addSpacing(12);
  column->addWidget(make_label(
      QStringLiteral("No results yet? This measures candidates and writes them:"), body));
  column->addLayout(row);
  auto* centred = new QVBoxLayout(this);
  centred->addStretch(2);
  centred->addWidget(body, 0, Qt::AlignHCenter);
  centred->addStretch(3);
  show_problem({});
}

void EmptyPage::show_problem(const QString& sentence) {
  const bool any = !sentence.isEmpty();
  title_->setText(any ? QStringLiteral("This file cannot be shown")
                      : QStringLiteral("No results open"));
  problem_->setVisible(any);
  problem_->setText(any ? sentence.left(1).toUpper() + sentence.mid(1) : QString());
  QPalette colours = palette();
  colours.setColor(QPalette::WindowText, worse_colour(palette()));
  problem_->setPalette(colours);
}

}  // namespace paretune::gui
