// SPDX-License-Identifier: Apache-2.0
#include "devices/cuda/cublaslt.h"

#include <fmt/core.h>

#include <array>
#include <type_traits>
#include <utility>

#include "devices/errors.h"

namespace paretune::devices {
namespace {

constexpr std::array<std::pair<cublaslt::Status, const char*>, 9> names = {
    {{1, "CUBLAS_STATUS_NOT_INITIALIZED"},
     {3, "CUBLAS_STATUS_ALLOC_FAILED"},
     {7, "CUBLAS_STATUS_INVALID_VALUE"},
     {8, "CUBLAS_STATUS_ARCH_MISMATCH"},
     {11, "CUBLAS_STATUS_MAPPING_ERROR"},
     {13, "CUBLAS_STATUS_EXECUTION_FAILED"},
     {14, "CUBLAS_STATUS_INTERNAL_ERROR"},
     {15, "CUBLAS_STATUS_NOT_SUPPORTED"},
     {16, "CUBLAS_STATUS_LICENSE_ERROR"}}};
constexpr cublaslt::Status allocation_failed = 3;

}  // namespace

CublasLt::CublasLt() : library_({"libcublasLt.so.13", "libcublasLt.so.12"}) {
  if (!library_) {
    why_not_ = fmt::format("no cuBLASLt ({})", library_.why());
    return;
  }
  const auto find = [this](auto& function, const char* name) {
    function = library_.find<std::remove_reference_t<decltype(function)>>(name);
    if (function == nullptr) why_not_ = fmt::format("{} has no {}", library_.path(), name);
  };
  find(create, "cublasLtCreate");
  find(destroy, "cublasLtDestroy");
  find(desc_create, "cublasLtMatmulDescCreate");
  find(desc_destroy, "cublasLtMatmulDescDestroy");
  find(desc_set, "cublasLtMatmulDescSetAttribute");
  find(layout_create, "cublasLtMatrixLayoutCreate");
  find(layout_destroy, "cublasLtMatrixLayoutDestroy");
  find(preference_create, "cublasLtMatmulPreferenceCreate");
  find(preference_destroy, "cublasLtMatmulPreferenceDestroy");
  find(preference_set, "cublasLtMatmulPreferenceSetAttribute");
  find(heuristic, "cublasLtMatmulAlgoGetHeuristic");
  find(matmul, "cublasLtMatmul");
}

const CublasLt& CublasLt::loaded() {
  static const CublasLt library;
  return library;
}

const CublasLt* CublasLt::instance() { return loaded().why_not_.empty() ? &loaded() : nullptr; }

const std::string& CublasLt::why_not() { return loaded().why_not_; }

void CublasLt::check(cublaslt::Status status, std::string_view call) {
  if (status == cublaslt::success) return;
  std::string name = fmt::format("status {}", status);
  for (const auto& [value, text] : names) {
    if (value == status) name = text;
  }
  const auto message = fmt::format("{} returned {}", call, name);
  if (status == allocation_failed) throw DeviceOutOfMemory(message);
  throw DeviceError(message);
}

}  // namespace paretune::devices
