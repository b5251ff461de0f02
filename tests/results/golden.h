// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results/store.h"

namespace paretune::results::testing {

/// A candidate of the golden databases: everything about it follows from `n`.
inline model::Candidate golden_candidate(int n) {
  model::Candidate candidate;
  const bool accelerated = n % 3 == 1;
  candidate.layers["L000/conv"] = {n % 2 == 0 ? "fp32" : "int8_channel",
                                   accelerated ? "opencl:0" : "cpu",
                                   accelerated ? "tiled" : "packed",
                                   {{"bm", 16 * (n + 1)}, {"bn", 32}}};
  candidate.layers["L001/relu"] = {"", accelerated ? "opencl:0" : "cpu", "elementwise", {}};
  candidate.layers["L002/fc"] = {"fp32", "cpu", "dot", {}};
  candidate.threads = 1 + n % 4;
  return candidate;
}

inline std::vector<std::int64_t> golden_samples(int n, int count) {
  std::vector<std::int64_t> samples;
  for (int i = 0; i < count; ++i) samples.push_back(1000000 + 100000 * n + 37 * ((i * 7919) % 101));
  return samples;
}

inline EvaluationRecord golden_evaluation(std::int64_t session, std::int64_t candidate, int n) {
  EvaluationRecord record;
  record.session_id = session;
  record.candidate_id = candidate;
  record.seconds = 0.25 * (n + 1);
  if (n % 5 == 4) {
    record.outcome = Outcome::crash;
    record.failure = {Outcome::crash, "latency", "the worker ended by signal 11", 11};
    return record;
  }
  Measurement& measured = record.measurement;
  const double latency = 1.0 + 0.1 * n;
  measured.metrics = {{"latency_p50_ms", latency, latency - 0.01, latency + 0.01, 40},
                      {"latency_min_ms", latency - 0.02, latency - 0.02, latency - 0.02, 40},
                      {"memory_mib", 8.0 - 0.5 * n, 8.0 - 0.5 * n, 8.0 - 0.5 * n, 1},
                      {"accuracy", 0.9 - 0.01 * n, 0.87 - 0.01 * n, 0.92 - 0.01 * n, 400}};
  measured.wall_ns = golden_samples(n, 40);
  measured.cpu_ns = golden_samples(n + 1, 40);
  measured.incumbent_wall_ns = golden_samples(0, 40);
  measured.numerics = "numerics-" + std::to_string(n % 2);
  return record;
}

inline KernelRecord golden_kernel(std::int64_t session, int n) {
  KernelRecord record;
  record.workload = "conv n=1 c=" + std::to_string(16 << (n % 3)) + " h=8 w=8 k=16 r=3 s=3";
  record.kernel = "packed";
  record.version = "version-1";
  record.device = n % 2 == 0 ? "cpu" : "opencl:0";
  record.knobs = "bm=" + std::to_string(16 + n) + ",bn=32";
  record.machine = "fingerprint";
  record.session_id = session;
  if (n % 4 == 3) {
    record.outcome = Outcome::compile_fail;
    record.failure = {Outcome::compile_fail, "build", "the compiler refused it", 0};
    return record;
  }
  record.p50_ns = 1000.0 + n;
  record.lo_ns = 990.0 + n;
  record.hi_ns = 1010.0 + n;
  record.wall_ns = golden_samples(n, 16);
  record.cpu_ns = golden_samples(n, 16);
  record.compile_seconds = 0.125;
  return record;
}

/// What schema 1 could hold. Returns the session.
inline std::int64_t fill_first(Store& store) {
  const auto machine =
      store.machine({"fingerprint", "host", "a processor", "avx2 fma", "Linux 6.1", "g++ 12.2",
                     R"([{"driver":"3.0","id":"opencl:0","kind":"opencl","name":"a device"}])"});
  const auto model = store.model(
      {"model-hash", "models/tiny.onnx", "tiny",
       R"([{"family":"conv2d","id":"L000/conv","quantizable":true,"workload":"conv n=1 c=16"},)"
       R"({"family":"relu","id":"L001/relu","quantizable":false,"workload":"relu n=1024"},)"
       R"({"family":"gemm","id":"L002/fc","quantizable":true,"workload":"gemm m=1 n=10 k=64"}])"});
  const auto study =
      store.study({"tiny study", "study-hash",
                   R"({"model":{"file":"models/tiny.onnx"},"study":"tiny study"})", model});
  const auto session = store.begin_session(study, machine, 8, 42);
  for (int n = 0; n < 8; ++n) {
    const auto candidate =
        store.candidate(study, golden_candidate(n), "L000/conv=" + std::to_string(n) + ",threads=1",
                        n == 0 ? "baseline" : "search");
    store.record(golden_evaluation(session, candidate, n));
  }
  for (int n = 0; n < 6; ++n) store.record(golden_kernel(session, n));
  store.record(AccuracyRecord{"numerics-0", "select", "top1", 0.9, 0.87, 0.92, 400, study});
  store.record(AccuracyRecord{"numerics-1", "select", "top1", 0.89, 0.86, 0.91, 400, study});
  store.record_artifact(1, "package", "out/tiny.paretune", std::string(64, 'a'));
  store.end_session(session, "done");
  return session;
}

/// The content of tests/results/data/v1.db.
inline void fill_v1(Store& store) { fill_first(store); }

/// What came with schema 2: a confirmation, verdicts, canaries, a quarantine, invalid rows.
inline void fill_second(Store& store, std::int64_t session) {
  EvaluationRecord confirmed = golden_evaluation(session, 3, 2);
  confirmed.block = 1;
  confirmed.restart = 3;
  confirmed.paired_with = 1;
  confirmed.measurement.incumbent_cpu_ns = golden_samples(1, 40);
  confirmed.measurement.marks.assign(40, 0);
  confirmed.measurement.marks[7] = preempted | migrated;
  confirmed.measurement.conditions = R"({"governor":"performance","scenario":"single_stream"})";
  const auto last = store.record(confirmed);
  store.record(ComparisonRecord{session, 3, 1, "finalist", "loss", 1.2, 1.18, 1.22, 0.975, 0.01,
                                120, 3, 2, 0, ""});
  store.record(ComparisonRecord{session, 1, 1, "aa", "inconclusive", 1.001, 0.98, 1.02, 0.95, 0.01,
                                60, 3, 1, 240, "the interval is wider than the margin"});
  store.record(CanaryRecord{session, "cpu", Outcome::ok, "", 50000, 0, true, 4, 2});
  store.record(CanaryRecord{session, "cpu", Outcome::ok, "", 62000, 50000, false, last + 1, 6});
  store.quarantine({"key", "L000/conv=4,threads=1", "opencl:0", "3.0", 2, "signal 11", ""});
  store.record(golden_evaluation(session, 2, 0));
  store.record(golden_kernel(session, 0));
  store.invalidate(session, last, 6, "a canary took 62000 ns instead of 50000 ns");
}

/// The content of tests/results/data/v2.db.
inline void fill_v2(Store& store) { fill_second(store, fill_first(store)); }

}  // namespace paretune::results::testing
