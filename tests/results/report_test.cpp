// SPDX-License-Identifier: Apache-2.0
#include "results/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "results/fields.h"
#include "results/plain_text.h"
#include "tests/results/scratch.h"

namespace paretune::results {
namespace {

using testing::candidate_on;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CandidateRow row(std::int64_t id, const std::string& device, double latency, bool on_front) {
  CandidateRow result;
  result.id = id;
  result.candidate = candidate_on(device, "int8_channel");
  result.on_front = on_front;
  result.metrics["latency_p50_ms"] = {"latency_p50_ms", latency, latency - 0.1, latency + 0.1, 50};
  result.metrics["memory_mib"] = {"memory_mib", 12.5, 12.5, 12.5, 1};
  result.metrics["accuracy"] = {"accuracy", 0.875, 0.84, 0.9, 400};
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(FrontTable, ShowsTheFrontFastestFirst) {
  const auto lines = lines_of(
      front_table({row(1, "cpu", 5, true), row(2, "cpu", 9, false), row(3, "opencl:0", 2, true)}));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr("Latency p50 ms"));
  EXPECT_THAT(lines[1], HasSubstr("2.0000 [1.9000, 2.1000]"));
  EXPECT_THAT(lines[1], HasSubstr("cpu opencl:0"));
  EXPECT_THAT(lines[1], HasSubstr(" 12.50  "));  // exact: no interval
  EXPECT_THAT(lines[1], HasSubstr("0.8750 [0.8400, 0.9000]"));
  EXPECT_THAT(lines[2], HasSubstr("5.000"));
  EXPECT_EQ(lines[1].find("fp32"), lines[2].find("fp32"));  // aligned
}

TEST(FrontTable, FitsTheTerminal) {
  CandidateRow wide = row(123456, "opencl:0", 1234.5, true);
  for (int i = 0; i < 9; ++i) {
    wide.candidate.layers[std::to_string(i)] = {"scheme_" + std::to_string(i), "cpu", "k", {}};
  }
  for (const int width : {100, 120}) {
    for (const std::string& line : lines_of(front_table({wide, row(1, "cpu", 3, true)}, width))) {
      EXPECT_LE(line.size(), static_cast<std::size_t>(width));
    }
  }
  EXPECT_THAT(front_table({wide}, 100), HasSubstr("..."));
  EXPECT_THAT(front_table({wide}, 400), Not(HasSubstr("...")));
}

TEST(FrontTable, ColourOnlyWhenAsked) {
  EXPECT_THAT(front_table({row(1, "cpu", 1, true)}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(front_table({row(1, "cpu", 1, true)}, 100, true), HasSubstr("\x1b[1m"));
}

TEST(FrontTable, SaysSoWhenThereIsNone) {
  EXPECT_EQ(lines_of(front_table({row(1, "cpu", 1, false)})).size(), 1U);
}

TEST(BestPerDevice, TakesTheFastestOfEachSet) {
  CandidateRow broken = row(4, "cpu", 0.1, false);
  broken.outcome = Outcome::wrong;
  const auto lines = lines_of(best_per_device(
      {row(1, "cpu", 5, true), row(2, "cpu", 3, false), row(3, "opencl:0", 7, false), broken}));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], StartsWith("cpu "));
  EXPECT_THAT(lines[0], HasSubstr("candidate 2"));
  EXPECT_THAT(lines[1], StartsWith("cpu opencl:0 "));
  EXPECT_THAT(lines[1], HasSubstr("candidate 3"));
}

TEST(FrontJson, HasExactlyTheAgreedKeys) {
  CandidateRow bare = row(2, "cpu", 9, true);
  bare.metrics.erase("accuracy");
  const auto list = nlohmann::json::parse(
      front_json({bare, row(1, "opencl:0", 5, true), row(3, "cpu", 1, false)}));
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0], nlohmann::json::parse(R"({"id": 1,
    "latency_ms": {"p50": 5.0, "lo": 4.9, "hi": 5.1}, "memory_mib": 12.5,
    "accuracy": {"value": 0.875, "lo": 0.84, "hi": 0.9, "n": 400},
    "schemes": ["fp32", "int8_channel"], "devices": ["cpu", "opencl:0"], "runtime": "paretune"})"));
  EXPECT_TRUE(list[1].at("accuracy").is_null());
  EXPECT_EQ(front_json({}), "[]");
}

/// A plain RFC 4180 reader.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> table(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      table.back().back() += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      table.back().emplace_back();
    } else if (!quoted && c == '\n') {
      table.push_back({""});
    } else {
      table.back().back() += c;
    }
  }
  table.pop_back();
  return table;
}

TEST(Csv, HasOneColumnPerField) {
  CandidateRow first = row(1, "opencl:0", 5, true);
  first.origin = "a \"quoted\", line\nbreak";
  const auto table = parse_csv(csv({first, row(2, "cpu", 3, false)}));
  ASSERT_EQ(table.size(), 3U);
  for (std::size_t i = 0; i < fields().size(); ++i) {
    EXPECT_EQ(table[0].at(i), fields()[i].name);
    EXPECT_EQ(table[1].at(i), format(fields()[i], first));
  }
  EXPECT_EQ(table[2].size(), fields().size());
}

TEST(Csv, DisarmsFormulasButNotNumbers) {
  for (const char* text : {"=1+1", "+1", "-1", "@sum", "\tx", "\rx"}) {
    CandidateRow armed = row(1, "cpu", -5, true);
    armed.origin = text;
    const auto table = parse_csv(csv({armed}));
    EXPECT_EQ(table[1][1], "'" + plain(text));
    const auto latency = std::find(table[0].begin(), table[0].end(), "latency_p50_ms");
    EXPECT_EQ(table[1][static_cast<std::size_t>(latency - table[0].begin())], "-5.0000");
  }
  EXPECT_EQ(parse_csv(csv({row(1, "cpu", 1, true)}))[1][0], "1");
}

/// Names that want to be run, to move the cursor, to be markup or to break the output.
const std::vector<std::string> hostile_names = {"=cmd|' /C calc'!A0",
                                                "\t=1+1\r\n+2",
                                                "\x1b[2J\x1b]0;owned\x07",
                                                "<script>alert(1)</script>",
                                                "\xe2\x80\xae"
                                                "gnp.exe",
                                                "\xff\xc0\xed\xa0\x80",
                                                std::string("a\0\"b\",c", 8),
                                                std::string(80, '\xc3') +
                                                    "\xc2\x9b"
                                                    "31m"};

CandidateRow hostile_row(const std::string& name) {
  CandidateRow result = row(1, name, 5, true);
  result.origin = name;
  result.candidate.runtime = name;
  result.candidate.layers["L000/conv"].scheme = name;
  result.failure.reason = name;
  return result;
}

TEST(HostileNames, AreHarmlessInEveryExport) {
  for (const std::string& name : hostile_names) {
    const std::vector<CandidateRow> rows = {hostile_row(name)};
    for (const std::string& text : {csv(rows), front_table(rows), best_per_device(rows)}) {
      for (const std::string& line : lines_of(text)) EXPECT_EQ(plain(line), line) << name;
      EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), text == best_per_device(rows) ? 1 : 2);
    }
    const auto table = parse_csv(csv(rows));
    EXPECT_EQ(table.at(1).size(), fields().size());
    for (const std::string& cell : table.at(1)) {
      EXPECT_EQ(std::string("=+-@").find(cell.empty() ? 'x' : cell.front()), std::string::npos)
          << name << " | " << cell;
    }
    const std::string json = front_json(rows);
    EXPECT_EQ(plain(json), json);
    EXPECT_EQ(nlohmann::json::parse(json).size(), 1U);
  }
}

}  // namespace
}  // namespace paretune::results
