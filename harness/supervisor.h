// SPDX-License-Identifier: Apache-2.0
#pragma once

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
};

/// Runs a worker process (argv, plus "--fd N") in its own session and process group, restarts it
/// when it dies, and enforces deadlines per stage (SIGTERM, 2 s later SIGKILL to the group) and
/// RLIMIT_AS. Parses no model, opens no device, runs no kernel. Only the request in flight is
/// charged with a death: crash(signal), hang, host_oom.
class Supervisor : public Evaluator {
 public:
  /// argv: the worker's command line, e.g. {"/proc/self/exe", "worker"}.
  Supervisor(const Study& study, std::vector<std::string> argv);
  ~Supervisor() override;

  Description describe() override;
  model::QuantParameters calibrate() override;
  void set_parameters(const model::QuantParameters& parameters) override;
  std::variant<KernelMeasurement, results::Failure> kernel(const KernelRequest& request) override;
  std::variant<results::Measurement, results::Failure> evaluate(
      const EvaluateRequest& request) override;
  void restart() override;

  /// How many workers were started so far.
  int workers_started() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paretune::harness
