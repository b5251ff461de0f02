// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cublaslt_matmul.h"

#include <fmt/core.h>

#include <vector>

#include "devices/errors.h"

namespace paretune::kernels {
namespace {

namespace lt = devices::cublaslt;
using devices::CublasLt;

constexpr std::uint64_t most_workspace = 32 << 20;  // what NVIDIA recommends for Hopper

const CublasLt& library() {
  const auto* found = CublasLt::instance();
  if (found == nullptr) throw devices::DeviceError(CublasLt::why_not());
  return *found;
}

lt::Epilogue epilogue_of(const CublasLtProblem& problem) {
  if (problem.bias) return problem.relu ? lt::epilogue_relu_bias : lt::epilogue_bias;
  return problem.relu ? lt::epilogue_relu : lt::epilogue_default;
}

}  // namespace

CublasLtMatmul::CublasLtMatmul(const CublasLtProblem& problem, int algorithm,
                               devices::CudaDevice& device)
    : device_(device), api_(library()), bias_(problem.bias), add_(problem.add) {
  try {
    device_.make_current();
    CublasLt::check(api_.create(&handle_), "cublasLtCreate");
    describe(problem);
    choose(algorithm);
  } catch (...) {
    release();
    throw;
  }
}

CublasLtMatmul::~CublasLtMatmul() { release(); }

void CublasLtMatmul::release() {
  device_.make_current();
  for (auto* layout : {w_, x_, y_}) {
    if (layout != nullptr) api_.layout_destroy(layout);
  }
  if (desc_ != nullptr) api_.desc_destroy(desc_);
  if (handle_ != nullptr) api_.destroy(handle_);
}

void CublasLtMatmul::describe(const CublasLtProblem& problem) {
  // Column by column the same memory is y^T[n][m] = w[n][k] * x^T[k][m], so that w comes first.
  const auto size = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  CublasLt::check(api_.desc_create(&desc_, lt::compute_32f, lt::real_32f),
                  "cublasLtMatmulDescCreate");
  const std::int32_t transposed = lt::operation_t;
  const std::uint32_t epilogue = epilogue_of(problem);
  const auto set = [&](lt::MatmulDescAttribute attribute, const auto& value) {
    CublasLt::check(api_.desc_set(desc_, attribute, &value, sizeof(value)),
                    "cublasLtMatmulDescSetAttribute");
  };
  set(lt::desc_transa, transposed);
  set(lt::desc_epilogue, epilogue);
  const auto layout = [&](lt::MatrixLayout& made, lt::DataType type, std::int64_t rows,
                          std::int64_t columns) {
    CublasLt::check(api_.layout_create(&made, type, size(rows), size(columns), rows),
                    "cublasLtMatrixLayoutCreate");
  };
  layout(w_, problem.type, problem.k, problem.n);
  layout(x_, problem.type, problem.k, problem.m);
  layout(y_, lt::real_32f, problem.n, problem.m);
}

void CublasLtMatmul::choose(int algorithm) {
  lt::MatmulPreference preference = nullptr;
  CublasLt::check(api_.preference_create(&preference), "cublasLtMatmulPreferenceCreate");
  std::vector<lt::MatmulHeuristicResult> results(static_cast<std::size_t>(algorithm) + 1);
  int count = 0;
  api_.preference_set(preference, lt::preference_max_workspace_bytes, &most_workspace,
                      sizeof(most_workspace));
  const auto status = api_.heuristic(handle_, desc_, w_, x_, y_, y_, preference,
                                     static_cast<int>(results.size()), results.data(), &count);
  api_.preference_destroy(preference);
  CublasLt::check(status, "cublasLtMatmulAlgoGetHeuristic");
  if (count <= algorithm || results.back().state != lt::success) {
    throw devices::DeviceError(
        fmt::format("cuBLASLt offers {} algorithms here; there is no number {}", count, algorithm));
  }
  chosen_ = results.back();
}

void CublasLtMatmul::enqueue(const void* x, const void* w, const void* bias, const void* residual,
                             void* y, void* workspace) {
  device_.make_current();
  if (bias_) {
    CublasLt::check(api_.desc_set(desc_, lt::desc_bias_pointer, &bias, sizeof(bias)),
                    "cublasLtMatmulDescSetAttribute");
  }
  const float one = 1, beta = add_ ? 1 : 0;
  CublasLt::check(
      api_.matmul(handle_, desc_, &one, w, w_, x, x_, &beta, add_ ? residual : y, y_, y, y_,
                  &chosen_.algo, workspace, chosen_.workspace_size, device_.stream()),
      "cublasLtMatmul");
}

}  // namespace paretune::kernels
