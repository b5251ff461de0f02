// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <utility>

#include "results/store.h"

namespace paretune::results {

template <class... Values>
StoreError refuse(fmt::format_string<Values...> text, Values&&... values) {
  return StoreError(fmt::format(text, std::forward<Values>(values)...));
}

}  // namespace paretune::results
