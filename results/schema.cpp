// SPDX-License-Identifier: Apache-2.0
#include "results/schema.h"

#include <fmt/format.h>

#include <sstream>

#include "results/fields.h"

namespace paretune::results {

namespace {

constexpr std::string_view tables = R"sql(
CREATE TABLE machine (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  hostname TEXT NOT NULL,
  cpu TEXT NOT NULL,
  isa TEXT NOT NULL,
  os TEXT NOT NULL,
  compiler TEXT NOT NULL,
  devices_json TEXT NOT NULL
) STRICT;

CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  layers_json TEXT NOT NULL
) STRICT;

CREATE TABLE study (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  config_json TEXT NOT NULL,
  model_id INTEGER NOT NULL REFERENCES model (id)
) STRICT;

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL REFERENCES study (id),
  machine_id INTEGER NOT NULL REFERENCES machine (id),
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted')),
  started TEXT NOT NULL,
  ended TEXT,
  planned INTEGER NOT NULL,
  seed INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_study ON session (study_id);

CREATE TABLE candidate (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  study_id INTEGER NOT NULL REFERENCES study (id),
  point TEXT NOT NULL,
  hash TEXT NOT NULL,
  origin TEXT NOT NULL,
  runtime TEXT NOT NULL,
  threads INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  schemes TEXT NOT NULL,
  devices TEXT NOT NULL,
  choices TEXT NOT NULL,
  payload TEXT NOT NULL,
  UNIQUE (study_id, point)
) STRICT;
CREATE INDEX candidate_by_hash ON candidate (hash);

CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL REFERENCES session (id),
  candidate_id INTEGER NOT NULL REFERENCES candidate (id),
  attempt INTEGER NOT NULL,
  block INTEGER NOT NULL,
  restart INTEGER NOT NULL,
  paired_with INTEGER REFERENCES candidate (id),
  outcome TEXT NOT NULL,
  stage TEXT,
  reason TEXT,
  signal INTEGER,
  numerics TEXT,
  conditions TEXT,
  seconds REAL NOT NULL,
  recorded TEXT NOT NULL,
  invalid TEXT,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX evaluation_by_candidate ON evaluation (candidate_id);
CREATE INDEX evaluation_by_session ON evaluation (session_id);

CREATE TABLE metric (
  evaluation_id INTEGER NOT NULL REFERENCES evaluation (id),
  name TEXT NOT NULL,
  value REAL,
  lo REAL,
  hi REAL,
  n INTEGER NOT NULL,
  PRIMARY KEY (evaluation_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE kernel_evaluation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER REFERENCES session (id),
  key TEXT NOT NULL,
  workload TEXT NOT NULL,
  kernel TEXT NOT NULL,
  version TEXT NOT NULL,
  device TEXT NOT NULL,
  knobs TEXT NOT NULL,
  threads INTEGER NOT NULL,
  machine TEXT NOT NULL,
  protocol INTEGER NOT NULL,
  cache_state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  stage TEXT,
  reason TEXT,
  signal INTEGER,
  p50_ns REAL,
  lo_ns REAL,
  hi_ns REAL,
  compile_seconds REAL NOT NULL,
  recorded TEXT NOT NULL,
  invalid TEXT,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX kernel_evaluation_by_key ON kernel_evaluation (key);
CREATE INDEX kernel_evaluation_by_workload ON kernel_evaluation (workload, device);
CREATE INDEX kernel_evaluation_by_session ON kernel_evaluation (session_id);

CREATE TABLE samples (
  id INTEGER PRIMARY KEY,
  evaluation_id INTEGER REFERENCES evaluation (id),
  kernel_evaluation_id INTEGER REFERENCES kernel_evaluation (id),
  kind TEXT NOT NULL CHECK (kind IN ('wall', 'cpu', 'incumbent_wall', 'incumbent_cpu', 'marks')),
  nanoseconds BLOB NOT NULL CHECK (length(nanoseconds) % 8 = 0),
  CHECK ((evaluation_id IS NULL) <> (kernel_evaluation_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX samples_by_evaluation ON samples (evaluation_id, kind)
  WHERE evaluation_id IS NOT NULL;
CREATE UNIQUE INDEX samples_by_kernel_evaluation ON samples (kernel_evaluation_id, kind)
  WHERE kernel_evaluation_id IS NOT NULL;

CREATE TABLE accuracy (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES study (id),
  numerics TEXT NOT NULL,
  split TEXT NOT NULL,
  metric TEXT NOT NULL,
  value REAL NOT NULL,
  lo REAL NOT NULL,
  hi REAL NOT NULL,
  n INTEGER NOT NULL,
  recorded TEXT NOT NULL,
  payload TEXT NOT NULL,
  UNIQUE (study_id, numerics, split, metric)
) STRICT;

CREATE TABLE artifact (
  id INTEGER PRIMARY KEY,
  candidate_id INTEGER NOT NULL REFERENCES candidate (id),
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  recorded TEXT NOT NULL
) STRICT;
CREATE INDEX artifact_by_candidate ON artifact (candidate_id);

CREATE TABLE comparison (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL REFERENCES session (id),
  candidate_id INTEGER NOT NULL REFERENCES candidate (id),
  against_id INTEGER NOT NULL REFERENCES candidate (id),
  kind TEXT NOT NULL,
  verdict TEXT NOT NULL,
  ratio REAL,
  lo REAL,
  hi REAL,
  level REAL NOT NULL,
  margin REAL NOT NULL,
  pairs INTEGER NOT NULL,
  restarts INTEGER NOT NULL,
  blocks INTEGER NOT NULL,
  more_pairs INTEGER NOT NULL,
  reason TEXT NOT NULL,
  after_evaluation INTEGER NOT NULL,
  recorded TEXT NOT NULL,
  invalid TEXT,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX comparison_by_candidate ON comparison (candidate_id);
CREATE INDEX comparison_by_session ON comparison (session_id);

CREATE TABLE canary (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL REFERENCES session (id),
  device TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  p50_ns REAL,
  expected_ns REAL,
  good INTEGER NOT NULL CHECK (good IN (0, 1)),
  after_evaluation INTEGER NOT NULL,
  after_kernel INTEGER NOT NULL,
  recorded TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX canary_by_session ON canary (session_id);

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  what TEXT NOT NULL,
  device TEXT NOT NULL,
  driver TEXT NOT NULL,
  crashes INTEGER NOT NULL,
  reason TEXT NOT NULL,
  recorded TEXT NOT NULL
) STRICT;
)sql";

// What became of a candidate is what became of its last real attempt: an attempt the session
// skipped takes back nothing, and one a bad canary took with it never happened.
constexpr std::string_view outcome_view = R"sql(CREATE VIEW v_outcome AS
SELECT candidate_id, id AS evaluation_id, outcome, stage, reason, signal, confirmed, row_version
FROM (SELECT *,
        row_number() OVER (PARTITION BY candidate_id ORDER BY outcome = 'skipped', id DESC) AS place,
        max(id) OVER (PARTITION BY candidate_id) AS row_version,
        max(block >= 1 AND outcome = 'ok') OVER (PARTITION BY candidate_id) AS confirmed
      FROM evaluation WHERE invalid IS NULL)
WHERE place = 1)sql";

// Confirmation goes before screening, then the newest, for each metric by itself.
constexpr std::string_view metric_view = R"sql(CREATE VIEW v_metric AS
SELECT candidate_id, evaluation_id, name, value, lo, hi, n
FROM (SELECT e.candidate_id, m.evaluation_id, m.name, m.value, m.lo, m.hi, m.n,
        row_number() OVER (PARTITION BY e.candidate_id, m.name
                           ORDER BY e.block >= 1 DESC, e.id DESC) AS place
      FROM evaluation e JOIN metric m ON m.evaluation_id = e.id
      WHERE e.outcome = 'ok' AND e.invalid IS NULL)
WHERE place = 1)sql";

std::string candidate_view() {
  std::string columns;
  for (const Field& field : fields()) {
    if (field.metric) {
      columns +=
          fmt::format(",\n  max(CASE WHEN m.name = '{0}' THEN m.value END) AS {0}", field.name);
    } else if (!field.sql.empty()) {
      columns += fmt::format(",\n  {} AS {}", field.sql, field.name);
    }
  }
  return fmt::format(R"sql(CREATE VIEW v_candidates AS
SELECT c.study_id AS study_id, c.hash AS hash, c.point AS point{},
  o.stage AS stage, o.reason AS reason, o.row_version AS row_version
FROM candidate c
LEFT JOIN v_outcome o ON o.candidate_id = c.id
LEFT JOIN v_metric m ON m.candidate_id = c.id
GROUP BY c.id)sql",
                     columns);
}

std::string front_columns() {
  std::string columns = "study_id, hash, point";
  for (const Field& field : fields()) {
    if (field.metric || !field.sql.empty()) columns += fmt::format(", {}", field.name);
  }
  return columns;
}

std::string front_view() {
  std::string keys, present, no_worse, better;
  for (std::size_t i = 0; i < front_objectives().size(); ++i) {
    const auto& [metric, sign] = front_objectives()[i];
    const std::string value = fmt::format("{}{}", sign < 0 ? "-" : "", metric);
    keys += i == 0 ? fmt::format(",\n    {} AS key0", value)
                   : fmt::format(
                         ",\n    CASE WHEN max({0}) OVER (PARTITION BY study_id) IS NULL "
                         "THEN 0 ELSE {1} END AS key{2}",
                         metric, value, i);
    present += fmt::format("p.key{} IS NOT NULL AND ", i);
    no_worse += fmt::format(" AND q.key{0} <= p.key{0}", i);
    better += fmt::format("{1}q.key{0} < p.key{0}", i, i == 0 ? "" : " OR ");
  }
  return fmt::format(R"sql(CREATE VIEW v_front AS
WITH ok AS MATERIALIZED (
  SELECT *{}
  FROM v_candidates WHERE outcome = 'ok')
SELECT {}
FROM ok p
WHERE {}NOT EXISTS (
  SELECT 1 FROM ok q
  WHERE q.study_id = p.study_id{} AND ({})))sql",
                     keys, front_columns(), present, no_worse, better);
}

/// Of "CREATE TABLE name (..." or "CREATE [UNIQUE] INDEX name ON table (...", without the
/// semicolon.
SchemaObject object_of(std::string_view statement) {
  statement.remove_prefix(statement.find('C'));
  std::istringstream words{std::string(statement)};
  SchemaObject object;
  object.sql = statement;
  std::string word;
  while (words >> word && word != "TABLE" && word != "INDEX") {
  }
  words >> object.name;
  object.table = object.name;
  if (word == "INDEX") words >> word >> object.table;
  return object;
}

}  // namespace

std::vector<SchemaObject> table_objects() {
  std::vector<SchemaObject> objects;
  std::string_view rest = tables;
  for (std::size_t end = rest.find(';'); end != std::string_view::npos; end = rest.find(';')) {
    objects.push_back(object_of(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return objects;
}

std::vector<SchemaObject> views() {
  return {{"v_outcome", std::string(outcome_view), "v_outcome"},
          {"v_metric", std::string(metric_view), "v_metric"},
          {"v_candidates", candidate_view(), "v_candidates"},
          {"v_front", front_view(), "v_front"}};
}

const std::vector<FrontObjective>& front_objectives() {
  static const std::vector<FrontObjective> list = {
      {"latency_p50_ms", 1}, {"memory_mib", 1}, {"accuracy", -1}};
  return list;
}

}  // namespace paretune::results
