// SPDX-License-Identifier: Apache-2.0
#include "harness/dataset.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>

#include "harness/errors.h"
#include "harness/feed.h"

namespace paretune::harness {
namespace {

using model::ElementType;
using model::Tensor;

class ArrayDataset final : public Dataset {
 public:
  ArrayDataset(std::vector<Feed> feeds, std::vector<std::int64_t> labels, std::size_t batch)
      : feeds_(std::move(feeds)), labels_(std::move(labels)), batch_(batch) {}

  std::size_t size() const override { return labels_.size(); }
  std::size_t batch() const override { return batch_; }
  std::int64_t label(std::size_t index) const override { return labels_.at(index); }

  std::vector<Tensor> inputs(const std::vector<std::size_t>& indices) const override {
    std::vector<Tensor> result;
    result.reserve(feeds_.size());
    for (const Feed& feed : feeds_) result.push_back(feed.stacked(indices));
    return result;
  }

 private:
  std::vector<Feed> feeds_;
  std::vector<std::int64_t> labels_;
  std::size_t batch_;
};

template <typename T>
std::vector<std::int64_t> widened(const Tensor& tensor) {
  const auto values = tensor.data<T>();
  return {values.begin(), values.end()};
}

std::vector<std::int64_t> labels_of(const std::string& origin, const Tensor& tensor) {
  const bool one_each =
      tensor.rank() > 0 && static_cast<std::size_t>(tensor.dim(0)) == tensor.count();
  if (one_each) {
    switch (tensor.type()) {
      case ElementType::boolean:
        return widened<bool>(tensor);
      case ElementType::u8:
        return widened<std::uint8_t>(tensor);
      case ElementType::i8:
        return widened<std::int8_t>(tensor);
      case ElementType::u16:
        return widened<std::uint16_t>(tensor);
      case ElementType::i16:
        return widened<std::int16_t>(tensor);
      case ElementType::u32:
        return widened<std::uint32_t>(tensor);
      case ElementType::i32:
        return widened<std::int32_t>(tensor);
      case ElementType::u64:
        return widened<std::uint64_t>(tensor);
      case ElementType::i64:
        return widened<std::int64_t>(tensor);
      default:
        break;
    }
  }
  throw ConfigError(fmt::format("{}: labels must be one integer per sample, not {} of shape {}",
                                origin, model::to_text(tensor.type()),
                                model::to_text(tensor.shape())));
}

/// An array and where it came from, for messages.
struct Origin {
  std::string text;
  Tensor array;
};

/// The arrays of one source, read when they are asked for.
class Arrays {
 public:
  Arrays(std::string name, const SourceConfig& source) : name_(std::move(name)), source_(source) {
    if (source.format != "npz") return;
    std::set<std::string> names = {source.label};
    for (const auto& [input, array] : source.inputs) names.insert(array);
    archive_ = read_npz(source.file, names);
  }

  /// The array that feeds the input, which is not a constant; `alone`: no other such input exists.
  Origin of(const model::ValueInfo& input, bool alone) {
    if (source_.format == "idx") {
      if (alone) return {source_.images.string(), read_idx(source_.images)};
      throw ConfigError(
          fmt::format("source '{}' holds images only, but the model takes more inputs than '{}' "
                      "that no constant feeds",
                      name_, input.name));
    }
    const auto array = source_.inputs.find(input.name);
    if (array == source_.inputs.end()) {
      throw ConfigError(
          fmt::format("source '{}' names no array and no constant for the model's input '{}'",
                      name_, input.name));
    }
    return take(array->second);
  }

  Origin labels() {
    if (source_.format == "idx") return {source_.labels.string(), read_idx(source_.labels)};
    return take(source_.label);
  }

 private:
  Origin take(const std::string& array) const {
    const auto found = archive_.find(array);
    if (found == archive_.end()) {
      throw ConfigError(fmt::format("{}: there is no array '{}'", source_.file.string(), array));
    }
    return {fmt::format("{}: array '{}'", source_.file.string(), array), found->second};
  }

  std::string name_;
  const SourceConfig& source_;
  std::map<std::string, Tensor> archive_;
};

/// Inputs that the source names and the model lacks are mistakes, too.
void check_names(const std::string& name, const SourceConfig& source, const model::Graph& graph) {
  const auto check = [&](const auto& named) {
    for (const auto& [input, value] : named) {
      bool known = false;
      for (const model::ValueInfo& info : graph.inputs) known = known || info.name == input;
      if (known) continue;
      throw ConfigError(
          fmt::format("source '{}' names '{}', but the model has no such input", name, input));
    }
  };
  check(source.inputs);
  check(source.constants);
  check(source.preprocess);
}

std::vector<Feed> make_feeds(const Study& study, const std::string& name,
                             const SourceConfig& source, const model::Graph& graph,
                             Arrays& arrays) {
  check_names(name, source, graph);
  const bool alone = graph.inputs.size() == source.constants.size() + 1;
  std::vector<Feed> feeds;
  for (const model::ValueInfo& input : graph.inputs) {
    const auto constant = source.constants.find(input.name);
    if (constant != source.constants.end()) {
      feeds.emplace_back(fmt::format("source '{}'", name), constant->second, input);
      continue;
    }
    Origin origin = arrays.of(input, alone);
    const auto own = source.preprocess.find(input.name);
    feeds.emplace_back(origin.text, std::move(origin.array), input,
                       own == source.preprocess.end() ? study.preprocess : own->second);
  }
  return feeds;
}

/// The batch all feeds agree on. Throws ConfigError when they do not, or none depends on a sample.
std::size_t common_batch(const std::string& name, const std::vector<Feed>& feeds,
                         std::size_t labels) {
  std::optional<std::size_t> batch;
  for (const Feed& feed : feeds) {
    if (feed.is_constant()) continue;
    if (feed.samples() != labels) {
      throw ConfigError(
          fmt::format("source '{}' has {} samples but {} labels", name, feed.samples(), labels));
    }
    if (batch && *batch != feed.batch()) {
      throw ConfigError(fmt::format(
          "source '{}': the model takes {} samples at once in one input and {} in another", name,
          *batch, feed.batch()));
    }
    batch = feed.batch();
  }
  if (!batch) throw ConfigError(fmt::format("source '{}' feeds the model constants only", name));
  return *batch;
}

}  // namespace

std::unique_ptr<Dataset> open_source(const Study& study, const std::string& source,
                                     const model::Graph& graph) {
  const auto found = study.sources.find(source);
  if (found == study.sources.end()) {
    throw ConfigError(fmt::format("the study has no source '{}'", source));
  }
  Arrays arrays(source, found->second);
  std::vector<Feed> feeds = make_feeds(study, source, found->second, graph, arrays);
  const Origin stored = arrays.labels();
  std::vector<std::int64_t> labels = labels_of(stored.text, stored.array);
  const std::size_t batch = common_batch(source, feeds, labels.size());
  check_disjoint(study, {{source, labels.size()}});
  return std::make_unique<ArrayDataset>(std::move(feeds), std::move(labels), batch);
}

}  // namespace paretune::harness
