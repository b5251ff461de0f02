// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "model/ops/operator.h"

namespace paretune::model {

/// `inner` for f16 and bf16 too: its rule sees the types as they are, its reference sees their
/// values in f32, and those f32 results that the rule calls f16 or bf16 are rounded to nearest even
/// at the end. Operators with takes_halves() come back as they are.
std::unique_ptr<Operator> widening_halves(std::unique_ptr<Operator> inner);

}  // namespace paretune::model
