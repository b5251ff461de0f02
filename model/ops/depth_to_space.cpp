// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "model/ops/factories.h"
#include "model/ops/rules.h"

namespace paretune::model {
namespace {

/// A transposition of six dimensions; both operators are one between two reshapes.
struct Shuffle {
  std::array<std::int64_t, 6> from{};  ///< the input's dimensions
  std::array<std::size_t, 6> order{};  ///< input dimension of each output dimension
};

/// Attribute blocksize: 1 or more; below 2^30 so that its square is countable.
std::int64_t block_size(const Node& node) {
  const std::int64_t block = node.int_attribute("blocksize", 0);
  if (block < 1 || block > (std::int64_t{1} << 30)) {
    throw InvalidModel(fmt::format("attribute 'blocksize' is {} but must be 1 or more", block));
  }
  return block;
}

bool columns_first(const Node& node) {
  const std::string mode = node.string_attribute("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") {
    throw InvalidModel(fmt::format("attribute 'mode' is '{}' but must be DCR or CRD", mode));
  }
  return mode == "CRD";
}

std::int64_t divided(std::int64_t dim, std::int64_t by, std::string_view what) {
  if (dim < 0) return -1;
  if (dim % by != 0) {
    throw InvalidModel(fmt::format("{} {} does not divide into blocks of {}", what, dim, by));
  }
  return dim / by;
}

std::int64_t multiplied(std::int64_t dim, std::int64_t by) {
  std::int64_t result = -1;
  if (dim >= 0 && __builtin_mul_overflow(dim, by, &result)) {
    throw InvalidModel("the output has more elements than 63 bits can count");
  }
  return result;
}

const ValueInfo& image(const InferContext& context) {
  const auto& data = required(context, 0);
  if (data.shape.size() != 4) {
    throw InvalidModel(fmt::format("shape {} must have rank 4", to_text(data.shape)));
  }
  return data;
}

void shuffle(const Shuffle& shuffle, const Tensor& in, Tensor& out) {
  std::array<std::int64_t, 6> strides{}, steps{}, dims{};
  std::int64_t stride = 1;
  for (std::size_t d = 6; d-- > 0;) {
    strides[d] = stride;
    stride *= shuffle.from[d];
  }
  for (std::size_t d = 0; d < 6; ++d) {
    steps[d] = strides[shuffle.order[d]];
    dims[d] = shuffle.from[shuffle.order[d]];
  }
  const std::size_t bytes = size_of(in.type());
  std::array<std::int64_t, 6> index{};
  std::int64_t at = 0;
  for (std::size_t to = 0; to < out.bytes().size(); to += bytes) {
    std::memcpy(&out.bytes()[to], &in.bytes()[static_cast<std::size_t>(at) * bytes], bytes);
    for (std::size_t d = 6; d-- > 0;) {
      at += steps[d];
      if (++index[d] < dims[d]) break;
      at -= steps[d] * dims[d];
      index[d] = 0;
    }
  }
}

/// ONNX DepthToSpace-13 (and 1, 11): modes DCR and CRD, any element type.
class DepthToSpace : public Operator {
 public:
  std::string_view op_type() const override { return "DepthToSpace"; }
  bool takes_halves() const override { return true; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = image(context);
    const std::int64_t block = block_size(context.node);
    columns_first(context.node);
    return {
        output_of(data.type, {data.shape[0], divided(data.shape[1], block * block, "channels"),
                              multiplied(data.shape[2], block), multiplied(data.shape[3], block)})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const auto& in = inputs[0]->shape();
    const std::int64_t block = block_size(node), c = info.shape[1];
    const bool crd = columns_first(node);
    shuffle(crd ? Shuffle{{in[0], c, block, block, in[2], in[3]}, {0, 1, 4, 2, 5, 3}}
                : Shuffle{{in[0], block, block, c, in[2], in[3]}, {0, 3, 4, 1, 5, 2}},
            *inputs[0], out);
    return {std::move(out)};
  }
};

/// ONNX SpaceToDepth-28 (and 1, 13): modes DCR and CRD, any element type.
class SpaceToDepth : public Operator {
 public:
  std::string_view op_type() const override { return "SpaceToDepth"; }
  bool takes_halves() const override { return true; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = image(context);
    const std::int64_t block = block_size(context.node);
    columns_first(context.node);
    return {output_of(data.type, {data.shape[0], multiplied(data.shape[1], block * block),
                                  divided(data.shape[2], block, "height"),
                                  divided(data.shape[3], block, "width")})};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    const std::int64_t block = block_size(node);
    const bool crd = columns_first(node);
    const std::array<std::int64_t, 6> from = {info.shape[0], inputs[0]->dim(1), info.shape[2],
                                              block,         info.shape[3],     block};
    shuffle(crd ? Shuffle{from, {0, 1, 3, 5, 2, 4}} : Shuffle{from, {0, 3, 5, 1, 2, 4}}, *inputs[0],
            out);
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_depth_to_space() { return std::make_unique<DepthToSpace>(); }
std::unique_ptr<Operator> make_space_to_depth() { return std::make_unique<SpaceToDepth>(); }

}  // namespace paretune::model
