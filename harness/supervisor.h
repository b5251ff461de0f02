// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "harness/protocol.h"
#include "harness/study.h"

namespace paretune::harness {

/// Evaluates candidates somewhere safe: what tune() works with. The real one is the Supervisor;
/// tests use a fake.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Throws what the user must mend: model::InvalidModel, model::UnsupportedModel,
  /// devices::DeviceError, ConfigError.
  virtual Description describe() = 0;
  virtual model::QuantParameters calibrate() = 0;
  virtual void set_parameters(const model::QuantParameters& parameters) = 0;
  virtual std::variant<KernelMeasurement, results::Failure> kernel(
      const KernelRequest& request) = 0;
  virtual std::variant<results::Measurement, results::Failure> evaluate(
      const EvaluateRequest& request) = 0;
  /// The next request is answered by a fresh process.
  virtual void restart() {}
  /// The canary's samples (harness/canary.h); a Failure `unsupported` when the device has none.
  virtual std::variant<KernelMeasurement, results::Failure> canary(const std::string& device);
  /// These settings will be measured soon, in that order: they may be compiled meanwhile. Replaces
  /// what was announced before.
  virtual void prepare(const std::vector<KernelRequest>& /*soon*/) {}
  /// Devices no longer used, and why: a worker on them could not be killed.
  virtual std::map<std::string, std::string> lost_devices() const { return {}; }
};

/// How patient a Supervisor is; tests are less so.
struct SupervisorTimes {
  double shortest_deadline = 10;          ///< seconds, see Deadlines
  std::chrono::milliseconds grace{2000};  ///< see WorkerLimits
  std::chrono::milliseconds patience{10000};
};

/// Runs a worker process (argv, plus "--fd N") in its own session and process group, restarts it
/// when it dies, and enforces deadlines per stage (Deadlines; SIGTERM, then SIGKILL to the group)
/// and WorkerLimits. Parses no model, opens no device, runs no kernel. Only the request in flight
/// is charged with a death: crash(signal), hang, host_oom. After an error of a device and after
/// memory ran out the process is replaced. Devices of a worker that cannot be killed are used no
/// more: `skipped`.
class Supervisor : public Evaluator {
 public:
  /// argv: the worker's command line, e.g. {"/proc/self/exe", "worker"}.
  Supervisor(const Study& study, std::vector<std::string> argv, const SupervisorTimes& times = {});
  ~Supervisor() override;

  Description describe() override;
  model::QuantParameters calibrate() override;
  void set_parameters(const model::QuantParameters& parameters) override;
  std::variant<KernelMeasurement, results::Failure> kernel(const KernelRequest& request) override;
  std::variant<results::Measurement, results::Failure> evaluate(
      const EvaluateRequest& request) override;
  void restart() override;
  std::variant<KernelMeasurement, results::Failure> canary(const std::string& device) override;
  void prepare(const std::vector<KernelRequest>& soon) override;
  std::map<std::string, std::string> lost_devices() const override;

  /// How many workers were started so far, those that compile ahead not among them.
  int workers_started() const;
  /// Settings compiled ahead so far.
  int compiled_ahead() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paretune::harness
