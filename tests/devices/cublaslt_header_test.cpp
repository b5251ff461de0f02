// SPDX-License-Identifier: Apache-2.0
// Our declarations of cuBLASLt against NVIDIA's own header, where a toolkit with it is installed.
#include <cublasLt.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <type_traits>

#include "devices/cuda/cublaslt_api.h"

namespace paretune::devices {
namespace {

namespace lt = cublaslt;

static_assert(sizeof(lt::MatmulAlgo) == sizeof(cublasLtMatmulAlgo_t));
static_assert(sizeof(lt::MatmulHeuristicResult) == sizeof(cublasLtMatmulHeuristicResult_t));
static_assert(offsetof(lt::MatmulHeuristicResult, workspace_size) ==
              offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize));
static_assert(offsetof(lt::MatmulHeuristicResult, state) ==
              offsetof(cublasLtMatmulHeuristicResult_t, state));
static_assert(offsetof(lt::MatmulHeuristicResult, waves_count) ==
              offsetof(cublasLtMatmulHeuristicResult_t, wavesCount));
static_assert(sizeof(lt::Status) == sizeof(cublasStatus_t));
static_assert(lt::success == static_cast<int>(CUBLAS_STATUS_SUCCESS));

template <typename Ours, typename Theirs>
constexpr bool equal(Ours ours, Theirs theirs) {
  return static_cast<long long>(ours) == static_cast<long long>(theirs) &&
         sizeof(Ours) == sizeof(Theirs);
}
static_assert(equal(lt::compute_32f, CUBLAS_COMPUTE_32F));
static_assert(equal(lt::compute_32f_pedantic, CUBLAS_COMPUTE_32F_PEDANTIC));
static_assert(equal(lt::real_32f, CUDA_R_32F));
static_assert(equal(lt::real_16f, CUDA_R_16F));
static_assert(equal(lt::real_16bf, CUDA_R_16BF));
static_assert(equal(lt::operation_n, CUBLAS_OP_N));
static_assert(equal(lt::operation_t, CUBLAS_OP_T));
static_assert(equal(lt::desc_transa, CUBLASLT_MATMUL_DESC_TRANSA));
static_assert(equal(lt::desc_transb, CUBLASLT_MATMUL_DESC_TRANSB));
static_assert(equal(lt::desc_epilogue, CUBLASLT_MATMUL_DESC_EPILOGUE));
static_assert(equal(lt::desc_bias_pointer, CUBLASLT_MATMUL_DESC_BIAS_POINTER));
static_assert(equal(lt::preference_max_workspace_bytes, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES));
static_assert(equal(lt::epilogue_default, CUBLASLT_EPILOGUE_DEFAULT));
static_assert(equal(lt::epilogue_relu, CUBLASLT_EPILOGUE_RELU));
static_assert(equal(lt::epilogue_bias, CUBLASLT_EPILOGUE_BIAS));
static_assert(equal(lt::epilogue_relu_bias, CUBLASLT_EPILOGUE_RELU_BIAS));

/// How many arguments a function takes.
template <typename Result, typename... Arguments>
constexpr std::size_t arity(Result (*)(Arguments...)) {
  return sizeof...(Arguments);
}
template <typename Function>
constexpr std::size_t our_arity = arity(static_cast<std::add_pointer_t<Function>>(nullptr));
static_assert(our_arity<lt::MatmulFunction> == arity(&cublasLtMatmul));
static_assert(our_arity<lt::HeuristicFunction> == arity(&cublasLtMatmulAlgoGetHeuristic));
static_assert(our_arity<lt::MatrixLayoutCreateFunction> == arity(&cublasLtMatrixLayoutCreate));
static_assert(our_arity<lt::MatmulDescCreateFunction> == arity(&cublasLtMatmulDescCreate));

TEST(CublasLtHeader, EqualsOurDeclarations) { SUCCEED() << "the compiler has compared them"; }

}  // namespace
}  // namespace paretune::devices
