// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "devices/cuda/cublaslt_api.h"
#include "devices/cuda/library.h"

namespace paretune::devices {

/// cuBLASLt (libcublasLt), found at run time. Every member is set when the object is usable.
class CublasLt {
 public:
  CublasLt();
  /// nullptr when this machine has none; why_not() says what is missing.
  static const CublasLt* instance();
  static const std::string& why_not();
  /// Throws DeviceError ("`call` returned CUBLAS_STATUS_X") unless `status` is success.
  static void check(cublaslt::Status status, std::string_view call);

  cublaslt::CreateFunction* create = nullptr;
  cublaslt::DestroyFunction* destroy = nullptr;
  cublaslt::MatmulDescCreateFunction* desc_create = nullptr;
  cublaslt::MatmulDescDestroyFunction* desc_destroy = nullptr;
  cublaslt::MatmulDescSetAttributeFunction* desc_set = nullptr;
  cublaslt::MatrixLayoutCreateFunction* layout_create = nullptr;
  cublaslt::MatrixLayoutDestroyFunction* layout_destroy = nullptr;
  cublaslt::PreferenceCreateFunction* preference_create = nullptr;
  cublaslt::PreferenceDestroyFunction* preference_destroy = nullptr;
  cublaslt::PreferenceSetAttributeFunction* preference_set = nullptr;
  cublaslt::HeuristicFunction* heuristic = nullptr;
  cublaslt::MatmulFunction* matmul = nullptr;

 private:
  static const CublasLt& loaded();

  Library library_;
  std::string why_not_;
};

}  // namespace paretune::devices
