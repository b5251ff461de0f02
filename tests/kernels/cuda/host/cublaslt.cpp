// SPDX-License-Identifier: Apache-2.0
// A cuBLASLt that multiplies on the host, as NVIDIA's reference describes cublasLtMatmul:
// column-major, D = epilogue(alpha * op(A) * op(B) + beta * C). It offers three algorithms, all the
// same.
#include <cstring>
#include <vector>

#include "devices/cuda/cublaslt_api.h"
#include "model/float16.h"

namespace lt = paretune::devices::cublaslt;

struct lt::Context {};
struct lt::MatmulDescOpaque {
  std::int32_t transa = lt::operation_n, transb = lt::operation_n;
  std::uint32_t epilogue = lt::epilogue_default;
  const float* bias = nullptr;
};
struct lt::MatrixLayoutOpaque {
  lt::DataType type;
  std::uint64_t rows, columns;
  std::int64_t leading;
};
struct lt::MatmulPreferenceOpaque {};

namespace {

constexpr lt::Status invalid_value = 7, not_supported = 15;

double element(const void* data, const lt::MatrixLayoutOpaque& layout, std::uint64_t row,
               std::uint64_t column) {
  const auto at = row + column * static_cast<std::uint64_t>(layout.leading);
  if (layout.type == lt::real_32f) return static_cast<double>(static_cast<const float*>(data)[at]);
  const auto bits = static_cast<const std::uint16_t*>(data)[at];
  return static_cast<double>(layout.type == lt::real_16f ? paretune::model::f16_to_float(bits)
                                                         : paretune::model::bf16_to_float(bits));
}

}  // namespace

extern "C" {

lt::Status cublasLtCreate(lt::Handle* handle) {
  *handle = new lt::Context;
  return lt::success;
}
lt::Status cublasLtDestroy(lt::Handle handle) {
  delete handle;
  return lt::success;
}
lt::Status cublasLtMatmulDescCreate(lt::MatmulDesc* desc, lt::ComputeType compute,
                                    lt::DataType scale) {
  if (compute != lt::compute_32f || scale != lt::real_32f) return not_supported;
  *desc = new lt::MatmulDescOpaque;
  return lt::success;
}
lt::Status cublasLtMatmulDescDestroy(lt::MatmulDesc desc) {
  delete desc;
  return lt::success;
}
lt::Status cublasLtMatmulDescSetAttribute(lt::MatmulDesc desc, lt::MatmulDescAttribute attribute,
                                          const void* value, std::size_t bytes) {
  const auto take = [&](auto& to) {
    if (bytes != sizeof(to)) return invalid_value;
    std::memcpy(&to, value, bytes);
    return lt::success;
  };
  switch (attribute) {
    case lt::desc_transa:
      return take(desc->transa);
    case lt::desc_transb:
      return take(desc->transb);
    case lt::desc_epilogue:
      return take(desc->epilogue);
    case lt::desc_bias_pointer:
      return take(desc->bias);
  }
  return invalid_value;
}
lt::Status cublasLtMatrixLayoutCreate(lt::MatrixLayout* layout, lt::DataType type,
                                      std::uint64_t rows, std::uint64_t columns,
                                      std::int64_t leading) {
  if (leading < static_cast<std::int64_t>(rows)) return invalid_value;
  *layout = new lt::MatrixLayoutOpaque{type, rows, columns, leading};
  return lt::success;
}
lt::Status cublasLtMatrixLayoutDestroy(lt::MatrixLayout layout) {
  delete layout;
  return lt::success;
}
lt::Status cublasLtMatmulPreferenceCreate(lt::MatmulPreference* preference) {
  *preference = new lt::MatmulPreferenceOpaque;
  return lt::success;
}
lt::Status cublasLtMatmulPreferenceDestroy(lt::MatmulPreference preference) {
  delete preference;
  return lt::success;
}
lt::Status cublasLtMatmulPreferenceSetAttribute(lt::MatmulPreference /*preference*/,
                                                lt::PreferenceAttribute attribute,
                                                const void* /*value*/, std::size_t bytes) {
  const bool known = attribute == lt::preference_max_workspace_bytes && bytes == 8;
  return known ? lt::success : invalid_value;
}
lt::Status cublasLtMatmulAlgoGetHeuristic(lt::Handle /*handle*/, lt::MatmulDesc /*desc*/,
                                          lt::MatrixLayout /*a*/, lt::MatrixLayout /*b*/,
                                          lt::MatrixLayout /*c*/, lt::MatrixLayout /*d*/,
                                          lt::MatmulPreference /*preference*/, int asked,
                                          lt::MatmulHeuristicResult* results, int* returned) {
  constexpr int offered = 3;
  *returned = asked < offered ? asked : offered;
  for (int i = 0; i < *returned; ++i) {
    results[i] = {};
    results[i].workspace_size = static_cast<std::size_t>(i) * 256;
  }
  return lt::success;
}
lt::Status cublasLtMatmul(lt::Handle /*handle*/, lt::MatmulDesc desc, const void* alpha,
                          const void* a, lt::MatrixLayout a_layout, const void* b,
                          lt::MatrixLayout b_layout, const void* beta, const void* c,
                          lt::MatrixLayout c_layout, void* d, lt::MatrixLayout d_layout,
                          const lt::MatmulAlgo* /*algo*/, void* workspace,
                          std::size_t workspace_bytes, CUstream /*stream*/) {
  if (desc->transa != lt::operation_t || desc->transb != lt::operation_n) return not_supported;
  const auto rows = d_layout->rows, columns = d_layout->columns, depth = a_layout->rows;
  if (a_layout->columns != rows || b_layout->rows != depth || b_layout->columns != columns ||
      d_layout->type != lt::real_32f || (workspace_bytes != 0 && workspace == nullptr)) {
    return invalid_value;
  }
  const double factor = *static_cast<const float*>(alpha), old = *static_cast<const float*>(beta);
  std::vector<float> result(rows * columns);
  for (std::uint64_t j = 0; j < columns; ++j) {
    for (std::uint64_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (std::uint64_t k = 0; k < depth; ++k) {
        sum += element(a, *a_layout, k, i) * element(b, *b_layout, k, j);
      }
      sum *= factor;
      if (old != 0) sum += old * element(c, *c_layout, i, j);
      if ((desc->epilogue & lt::epilogue_bias) != 0) sum += static_cast<double>(desc->bias[i]);
      if ((desc->epilogue & lt::epilogue_relu) != 0) sum = sum > 0 ? sum : 0;
      result[i + j * rows] = static_cast<float>(sum);
    }
  }
  std::memcpy(d, result.data(), result.size() * sizeof(float));
  return lt::success;
}

}  // extern "C"
