// SPDX-License-Identifier: Apache-2.0
#include "harness/side.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/errors.h"
#include "harness/side_process.h"
#include "model/quant/scheme.h"

namespace paretune::harness {

namespace fs = std::filesystem;

bool SideTarget::is_package() const { return runtime == "paretune" && fs::is_directory(path); }

SideTarget parse_side(const std::string& text) {
  SideTarget target;
  const auto colon = text.find(':');
  const std::string word = colon == std::string::npos ? "" : text.substr(0, colon);
  target.path = word.empty() ? text : text.substr(colon + 1);
  if (model::find_scheme(word) != nullptr) {
    target.scheme = word;
  } else if (!word.empty()) {
    const auto known = adapters();
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      throw ConfigError(
          fmt::format("'{}': there is no scheme or runtime '{}'; runtimes are paretune{}{}", text,
                      word, known.empty() ? "" : ", ", fmt::join(known, ", ")));
    }
    target.runtime = word;
  }
  if (!fs::exists(target.path)) {
    throw ConfigError(fmt::format(
        "'{}' is neither the id of a candidate nor a file or package that exists", text));
  }
  return target;
}

SidePairs::SidePairs(SideTarget a, SideTarget b, fs::path self)
    : a_(std::move(a)), b_(std::move(b)), self_(std::move(self)) {}

void SidePairs::settle_inputs(const fs::path& folder) {
  for (const char* name : {"a", "b", "inputs"}) fs::create_directories(folder / name);
  for (SideTarget* giver : {&a_, &b_}) {
    if (!a_.inputs.empty() || giver->runtime != "paretune") continue;
    SideProcess process(*giver, self_);
    process.open(*giver);
    process.write_inputs(folder / "inputs");
    a_.inputs = b_.inputs = folder / "inputs";
  }
  for (const bool first : {true, false}) {
    const SideTarget& target = first ? a_ : b_;
    SideProcess process(target, self_);
    (first ? a_identity_ : b_identity_) = process.open(target);
    process.write_outputs(folder / (first ? "a" : "b"));
  }
}

std::variant<results::PairCluster, results::Failure> SidePairs::take(int pairs,
                                                                     std::uint64_t seed) {
  results::PairCluster wall, cpu;
  try {
    SideProcess a(a_, self_), b(b_, self_);
    a_identity_ = a.open(a_);
    b_identity_ = b.open(b_);
    constexpr int warm_ups = 3;  // each an untimed run and a timed one that is not kept
    for (int i = 0; i < warm_ups; ++i) {
      a.sample();
      b.sample();
    }
    PairOrder order(seed);
    for (int i = 0; i < pairs; ++i) {
      const bool a_first = order.a_first();
      const SideSample first = a_first ? a.sample() : b.sample();
      const SideSample second = a_first ? b.sample() : a.sample();
      const auto& of_a = a_first ? first : second;
      const auto& of_b = a_first ? second : first;
      wall.a.push_back(of_a.wall_ns);
      wall.b.push_back(of_b.wall_ns);
      cpu.a.push_back(of_a.cpu_ns);
      cpu.b.push_back(of_b.cpu_ns);
    }
  } catch (const SideFailure& failed) {
    return failed.failure();
  }
  cpu_.push_back(std::move(cpu));
  return wall;
}

}  // namespace paretune::harness
