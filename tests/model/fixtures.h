// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/graph.h"
#include "model/quant/scheme.h"

namespace paretune::model {

/// configs/models/resnet8_fmnist.onnx
std::filesystem::path resnet_file();

/// Normally distributed f32 values, by seed.
Tensor random_tensor(const Shape& shape, std::uint64_t seed);

/// A small model that uses what the passes handle, by seed (make_models.py): Conv,
/// BatchNormalization, Relu, Add, Identity, Dropout, Constant, MaxPool, Gemm with factors.
std::filesystem::path small_model(const std::string& test);

/// Every element as a double, whatever the type.
std::vector<double> doubles(const Tensor& tensor);

/// "" when type and shape agree and |a-b| <= atol + rtol*|b| everywhere (NaN equals NaN), else the
/// first element that differs.
std::string difference(const Tensor& actual, const Tensor& expected, double rtol, double atol);

/// The outputs of ONNX Runtime, one per input, graph optimisations off.
std::vector<Tensor> run_onnxruntime(const std::filesystem::path& model,
                                    const std::vector<Tensor>& inputs,
                                    const std::filesystem::path& folder);

/// Min-max parameters of every f32 value over the inputs.
QuantParameters calibrate(const Graph& graph, const std::vector<Tensor>& inputs);

}  // namespace paretune::model
