// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "model/graph.h"
#include "model/layer.h"

namespace paretune::runtime {

/// True for a host operator of f32 that computes each element from those at the same place (or
/// stretched over it), so that moving the channels of all operands behind moves those of the
/// result and changes nothing else.
bool takes_any_layout(const model::Graph& graph, const model::Layer& layer);

/// What a Transpose does with the channels: [n,c,...] to [n,...,c] (`to_back`), the other way round
/// (`to_front`), or, with one spatial dimension, both.
enum class ChannelMove { none, to_front, to_back, either };
ChannelMove channel_move(const model::Graph& graph, const model::Layer& layer);

/// A shape that broadcasts to rank `rank` with its channels moved behind: [n,c,...] to [n,...,c].
model::Shape channels_last(model::Shape shape, std::size_t rank);

}  // namespace paretune::runtime
