// SPDX-License-Identifier: Apache-2.0
#include "model/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "model/errors.h"

namespace paretune::model {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_of(" =") == std::string_view::npos;
}

std::int64_t steps(const Workload& workload, std::string_view in, std::string_view pad_begin,
                   std::string_view pad_end, std::string_view kernel, std::string_view stride,
                   std::int64_t dilation) {
  const std::int64_t extent = (workload.dim(kernel) - 1) * dilation + 1;
  const std::int64_t room =
      workload.dim(in) + workload.dim(pad_begin) + workload.dim(pad_end) - extent;
  return room / workload.dim(stride) + 1;
}

}  // namespace

std::int64_t Workload::dim(std::string_view name) const {
  const auto found = dims.find(std::string(name));
  if (found == dims.end()) {
    throw std::out_of_range(
        fmt::format("a workload of family '{}' has no dimension '{}'", family, name));
  }
  return found->second;
}

std::string Workload::tag(std::string_view name) const {
  const auto found = tags.find(std::string(name));
  return found == tags.end() ? "" : found->second;
}

std::string Workload::key() const {
  std::string text = family;
  for (const auto& [name, value] : dims) text += fmt::format(" {}={}", name, value);
  for (const auto& [name, value] : tags) text += fmt::format(" {}={}", name, value);
  return text;
}

Workload Workload::parse(std::string_view key) {
  const auto parts = split(key, ' ');
  Workload workload;
  workload.family = std::string(parts[0]);
  const auto refuse = [&](std::string_view part) {
    throw InvalidModel(fmt::format(
        "'{}' in workload key '{}' is not understood; write family name=value ...", part, key));
  };
  if (!is_name(workload.family)) refuse(workload.family);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::size_t equals = parts[i].find('=');
    if (equals == std::string_view::npos) refuse(parts[i]);
    const std::string name(parts[i].substr(0, equals));
    const std::string_view value = parts[i].substr(equals + 1);
    if (!is_name(name) || !is_name(value)) refuse(parts[i]);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool numeric = error == std::errc() && end == value.data() + value.size();
    const bool added = numeric ? workload.dims.emplace(name, number).second
                               : workload.tags.emplace(name, std::string(value)).second;
    if (!added) refuse(parts[i]);
  }
  return workload;
}

std::int64_t Workload::out_h() const {
  const std::int64_t dilation = family == "conv" ? dim("dilation_h") : 1;
  return steps(*this, "h", "pad_t", "pad_b", "r", "stride_h", dilation);
}

std::int64_t Workload::out_w() const {
  const std::int64_t dilation = family == "conv" ? dim("dilation_w") : 1;
  return steps(*this, "w", "pad_l", "pad_r", "s", "stride_w", dilation);
}

double Workload::flops() const {
  const auto number = [&](std::string_view name) { return static_cast<double>(dim(name)); };
  if (family == "conv") {
    return 2.0 * number("n") * number("k") * static_cast<double>(out_h()) *
           static_cast<double>(out_w()) * number("c") / number("group") * number("r") * number("s");
  }
  if (family == "gemm") return 2.0 * number("m") * number("n") * number("k");
  return 0.0;
}

std::string Port::text() const { return fmt::format("{}/{}/{}", device, to_text(type), layout); }

Port Port::parse(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() != 3 || parts[0].empty() || parts[2].empty()) {
    throw InvalidModel(fmt::format("port '{}' is not written device/type/layout", text));
  }
  return {std::string(parts[0]), element_type_from_text(parts[1]), std::string(parts[2])};
}

}  // namespace paretune::model
