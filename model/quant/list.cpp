// SPDX-License-Identifier: Apache-2.0
#include "model/quant/factories.h"
#include "model/quant/scheme.h"

namespace paretune::model {
namespace {

std::vector<std::unique_ptr<Scheme>> make_all() {
  std::vector<std::unique_ptr<Scheme>> all;
  all.push_back(make_fp32());
  all.push_back(make_fp16());
  all.push_back(make_bf16());
  all.push_back(make_int8_tensor());
  all.push_back(make_int8_channel());
  return all;
}

}  // namespace

const std::vector<std::unique_ptr<Scheme>>& schemes() {
  static const auto all = make_all();
  return all;
}

const Scheme* find_scheme(std::string_view name) {
  for (const auto& scheme : schemes()) {
    if (scheme->name() == name) return scheme.get();
  }
  return nullptr;
}

}  // namespace paretune::model
