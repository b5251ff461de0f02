// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/graph.h"
#include "model/layer.h"
#include "model/quant/scheme.h"

namespace paretune::model {

/// The graph a per-layer choice of schemes means, in standard ONNX: the one definition of int8
/// semantics that the reference, the export and every peer share.
///  - int8 layer: every activation input v goes through QuantizeLinear/DequantizeLinear (u8,
///    its parameters by value name, one pair per value, shared by its int8 readers); the weight is
///    an i8 initializer behind DequantizeLinear (per tensor, or along its output channels: axis 0,
///    for MatMul 1); bias stays f32.
///  - bf16 or fp16 layer: data and weight are rounded to that type (Cast to BFLOAT16 or FLOAT16
///    and back); f32 accumulation.
///  - fp32 layer: unchanged.
/// Node names of layer anchors are set to the layer's id so that `tuned.json` binds after
/// re-import. `schemes` maps layer id to scheme name; absent ids are fp32. With a layer that
/// is not fp32, the operator set is raised to 13 (raise_opset()). Throws InvalidModel when a
/// value's parameters are missing.
Graph insert_qdq(const Graph& graph, const std::vector<Layer>& layers,
                 const std::map<std::string, std::string>& schemes,
                 const QuantParameters& parameters);

/// A package's model read back: QDQ pairs turned into quantization parameters again.
struct Dequantized {
  Graph graph;  ///< float graph, as before insert_qdq (weights restored
                ///< from i8 * scale)
  std::map<std::string, std::string> schemes;  ///< scheme by layer id (anchor node name)
  QuantParameters parameters;                  ///< by value name
  std::map<std::string, QuantizedWeight>
      weights;  ///< exact stored weights by layer id (int8 layers only)
};
/// Inverse of insert_qdq for graphs it made.
Dequantized remove_qdq(const Graph& graph);

}  // namespace paretune::model
