// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "model/quant/scheme.h"

namespace paretune::model {

// list.cpp puts them in order.
std::unique_ptr<Scheme> make_fp32();
std::unique_ptr<Scheme> make_fp16();
std::unique_ptr<Scheme> make_bf16();
std::unique_ptr<Scheme> make_int8_tensor();
std::unique_ptr<Scheme> make_int8_channel();

}  // namespace paretune::model
