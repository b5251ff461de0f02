// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/conditions.h"
#include "harness/study.h"
#include "model/tensor.h"
#include "runtime/session.h"

namespace paretune::harness {

/// `paretune run`: one model or package, no study needed.
struct RunOptions {
  std::filesystem::path model_file;  ///< either this
  std::filesystem::path package;     ///< or this
  std::map<std::string, std::int64_t> dims;
  std::string scheme = "fp32";  ///< model_file only: every quantizable layer
  std::filesystem::path
      calibration;  ///< npz with arrays named as the graph's inputs; needed for int8 schemes
  std::string device = "cpu";
  int threads = 1;
  int iterations = 100;
  Circumstances circumstances;  ///< timing only
  double seconds = 10;          ///< the most a server scenario may take
};

struct RunTiming {
  std::vector<std::int64_t> wall_ns, cpu_ns;
  std::int64_t peak_rss_bytes = 0;
  std::int64_t arena_bytes = 0, weight_bytes = 0;
  int threads = 1;
  std::int64_t batch = 1;
  results::Measurement measurement;  ///< its metrics of the scenario and of the circumstances
};

/// input_0.pb, input_1.pb ... (ONNX TensorProto) until one is missing. Throws ConfigError when
/// there is none.
std::vector<model::Tensor> read_inputs(const std::filesystem::path& folder);
/// NAME_0.pb, NAME_1.pb ... in the folder, which exists.
void write_tensors(const std::vector<model::Tensor>& tensors, const std::string& name,
                   const std::filesystem::path& folder);

/// A model or package with its session and inputs, ready to be run again and again.
class PreparedRun {
 public:
  /// Empty `inputs`: made ones (see run_timed). Throws what loading a model or package throws.
  PreparedRun(const RunOptions& options, std::vector<model::Tensor> inputs);
  ~PreparedRun();
  void run();
  /// Of the last run, in graph order.
  const std::vector<model::Tensor>& outputs() const;
  const std::vector<model::Tensor>& inputs() const;
  bool made_inputs() const;
  runtime::MemoryUse memory() const;
  int threads() const;
  runtime::DeviceSet& devices();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Executes once on `inputs` (graph order) and returns the outputs.
std::vector<model::Tensor> run_once(const RunOptions& options,
                                    const std::vector<model::Tensor>& inputs);
/// Times `iterations` runs on given inputs, or made ones when empty: normal floats (seed 0),
/// integers 0, masks (inputs whose name contains "mask") 1; `note` receives a sentence saying so.
RunTiming run_timed(const RunOptions& options, std::vector<model::Tensor> inputs,
                    const std::function<void(const std::string&)>& note);
/// Accuracy of the model or package on a split of a study ("all:<source>" = a whole source).
struct RunAccuracy {
  double value = 0, lo = 0, hi = 0;
  std::int64_t n = 0;
};
RunAccuracy run_accuracy(const RunOptions& options, const Study& study, const std::string& split);

}  // namespace paretune::harness
