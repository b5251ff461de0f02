// SPDX-License-Identifier: Apache-2.0
#include "harness/side.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/errors.h"
#include "harness/machine_control.h"
#include "harness/side_process.h"
#include "model/quant/scheme.h"

namespace paretune::harness {

namespace fs = std::filesystem;

namespace {

/// The processes started while it lives may use only `count` of the processors this thread may use,
/// the `turn`-th of such sets: two sides on different processors would differ by what else runs
/// there. All of them where there are no more than `count`.
class SharedProcessors {
 public:
  SharedProcessors(int count, std::size_t turn) {
    if (::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
    const std::vector<int> allowed = allowed_processors();
    const auto wanted = static_cast<std::size_t>(std::max(count, 1));
    if (allowed.size() <= wanted) return;
    cpu_set_t chosen;
    CPU_ZERO(&chosen);
    for (std::size_t i = 0; i < wanted; ++i) {
      CPU_SET(allowed[(turn * wanted + i) % allowed.size()], &chosen);
    }
    changed_ = ::sched_setaffinity(0, sizeof chosen, &chosen) == 0;
  }
  ~SharedProcessors() {
    if (changed_) ::sched_setaffinity(0, sizeof before_, &before_);
  }
  SharedProcessors(const SharedProcessors&) = delete;
  SharedProcessors& operator=(const SharedProcessors&) = delete;

 private:
  cpu_set_t before_{};
  bool changed_ = false;
};

}  // namespace

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
    SideIdentity& identity = first ? a_identity_ : b_identity_;
    identity = process.open(target);
    (first ? a_ : b_).threads = std::max(identity.threads, 1);  // a package has its own
    process.write_outputs(folder / (first ? "a" : "b"));
  }
}

std::variant<results::PairCluster, results::Failure> SidePairs::take(int pairs,
                                                                     std::uint64_t seed) {
  results::PairCluster wall, cpu;
  try {
    std::optional<SharedProcessors> processors(std::in_place, std::max(a_.threads, b_.threads),
                                               cpu_.size());
    SideProcess a(a_, self_), b(b_, self_);
    processors.reset();  // they keep what they were started with
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
