// SPDX-License-Identifier: Apache-2.0
#include "harness/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "harness/errors.h"
#include "model/candidate.h"

namespace paretune::harness {
namespace {

using model::ElementType;
using model::Shape;
using model::Tensor;

/// A source's array and the model input it feeds.
struct Feed {
  Tensor array;  ///< samples along the first axis
  Shape sample;  ///< shape of one sample as the model takes it
  ElementType type = ElementType::f32;
};

class ArrayDataset final : public Dataset {
 public:
  ArrayDataset(const Study& study, std::vector<Feed> feeds, std::vector<std::int64_t> labels)
      : feeds_(std::move(feeds)), labels_(std::move(labels)) {
    for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
      bytes_[byte] = static_cast<float>(
          (static_cast<double>(byte) * study.preprocess_scale - study.preprocess_mean) /
          study.preprocess_std);
    }
  }

  std::size_t size() const override { return labels_.size(); }
  std::int64_t label(std::size_t index) const override { return labels_.at(index); }

  std::vector<Tensor> inputs(const std::vector<std::size_t>& indices) const override {
    std::vector<Tensor> result;
    for (const Feed& feed : feeds_) {
      Shape shape = feed.sample;
      shape.insert(shape.begin(), static_cast<std::int64_t>(indices.size()));
      Tensor stacked(feed.type, shape);
      for (std::size_t i = 0; i < indices.size(); ++i) copy(feed, indices[i], stacked, i);
      result.push_back(std::move(stacked));
    }
    return result;
  }

 private:
  void copy(const Feed& feed, std::size_t from, Tensor& to, std::size_t slot) const {
    const auto count = static_cast<std::size_t>(model::element_count(feed.sample));
    if (feed.array.type() == feed.type) {
      const std::size_t bytes = count * model::size_of(feed.type);
      std::memcpy(to.bytes().data() + slot * bytes, feed.array.bytes().data() + from * bytes,
                  bytes);
      return;
    }
    // The only other pairing open_source() lets through: bytes for floats.
    const auto source = feed.array.data<std::uint8_t>().subspan(from * count, count);
    const auto target = to.data<float>().subspan(slot * count, count);
    for (std::size_t i = 0; i < count; ++i) target[i] = bytes_[source[i]];
  }

  std::vector<Feed> feeds_;
  std::vector<std::int64_t> labels_;
  std::array<float, 256> bytes_{};  ///< what each stored byte becomes
};

Shape without_ones(const Shape& shape) {
  Shape kept;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(kept),
               [](auto dim) { return dim != 1; });
  return kept;
}

/// Pairs an array with a model input; they fit when only dimensions of 1 differ, or the input is
/// flat.
Feed make_feed(const std::string& origin, Tensor array, const model::ValueInfo& input) {
  if (array.rank() == 0 || input.shape.empty()) {
    throw ConfigError(
        fmt::format("{}: scalars hold no samples for the model's input '{}'", origin, input.name));
  }
  Feed feed;
  const Shape stored(array.shape().begin() + 1, array.shape().end());
  feed.sample.assign(input.shape.begin() + 1, input.shape.end());
  const bool flat = feed.sample.size() == 1 && model::element_count(stored) == feed.sample[0];
  if (!flat && without_ones(stored) != without_ones(feed.sample)) {
    throw ConfigError(fmt::format("{}: samples have shape {}, but the model's input '{}' takes {}",
                                  origin, model::to_text(stored), input.name,
                                  model::to_text(feed.sample)));
  }
  feed.type = input.type;
  const bool bytes_for_floats = array.type() == ElementType::u8 && input.type == ElementType::f32;
  if (array.type() != input.type && !bytes_for_floats) {
    throw ConfigError(fmt::format("{}: samples are {}, but the model's input '{}' takes {}", origin,
                                  model::to_text(array.type()), input.name,
                                  model::to_text(input.type)));
  }
  feed.array = std::move(array);
  return feed;
}

template <typename T>
std::vector<std::int64_t> widened(const Tensor& tensor) {
  const auto values = tensor.data<T>();
  return {values.begin(), values.end()};
}

std::vector<std::int64_t> labels_of(const std::string& origin, const Tensor& tensor) {
  if (without_ones(tensor.shape()).size() <= 1) {
    switch (tensor.type()) {
      case ElementType::u8:
        return widened<std::uint8_t>(tensor);
      case ElementType::i8:
        return widened<std::int8_t>(tensor);
      case ElementType::i32:
        return widened<std::int32_t>(tensor);
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

std::unique_ptr<Dataset> checked(const Study& study, const std::string& source,
                                 std::vector<Feed> feeds, std::vector<std::int64_t> labels) {
  for (const Feed& feed : feeds) {
    if (feed.array.dim(0) != static_cast<std::int64_t>(labels.size())) {
      throw ConfigError(fmt::format("source '{}' has {} samples but {} labels", source,
                                    feed.array.dim(0), labels.size()));
    }
  }
  check_disjoint(study, {{source, labels.size()}});
  return std::make_unique<ArrayDataset>(study, std::move(feeds), std::move(labels));
}

std::unique_ptr<Dataset> open_idx(const Study& study, const std::string& name,
                                  const SourceConfig& source, const model::Graph& graph) {
  if (graph.inputs.size() != 1) {
    throw ConfigError(fmt::format("source '{}' holds images only, but the model takes {} inputs",
                                  name, graph.inputs.size()));
  }
  std::vector<Feed> feeds;
  feeds.push_back(make_feed(source.images.string(), read_idx(source.images), graph.inputs[0]));
  return checked(study, name, std::move(feeds),
                 labels_of(source.labels.string(), read_idx(source.labels)));
}

std::unique_ptr<Dataset> open_npz(const Study& study, const std::string& name,
                                  const SourceConfig& source, const model::Graph& graph) {
  auto arrays = read_npz(source.file);
  const auto take = [&](const std::string& array) {
    const auto found = arrays.find(array);
    if (found == arrays.end()) {
      throw ConfigError(fmt::format("{}: there is no array '{}'", source.file.string(), array));
    }
    return found->second;
  };
  std::vector<Feed> feeds;
  for (const model::ValueInfo& input : graph.inputs) {
    const auto array = source.inputs.find(input.name);
    if (array == source.inputs.end()) {
      throw ConfigError(
          fmt::format("source '{}' names no array for the model's input '{}'", name, input.name));
    }
    feeds.push_back(make_feed(fmt::format("{}: array '{}'", source.file.string(), array->second),
                              take(array->second), input));
  }
  return checked(study, name, std::move(feeds),
                 labels_of(fmt::format("{}: array '{}'", source.file.string(), source.label),
                           take(source.label)));
}

/// SHA-256("paretune:<index>"), first 64 bits as a fraction of 2^64.
double hash_fraction(std::size_t index) {
  const std::string digest = model::sha256("paretune:" + std::to_string(index));
  return static_cast<double>(std::stoull(digest.substr(0, 16), nullptr, 16)) * 0x1p-64;
}

}  // namespace

std::unique_ptr<Dataset> open_source(const Study& study, const std::string& source,
                                     const model::Graph& graph) {
  const auto found = study.sources.find(source);
  if (found == study.sources.end()) {
    throw ConfigError(fmt::format("the study has no source '{}'", source));
  }
  return found->second.format == "idx" ? open_idx(study, source, found->second, graph)
                                       : open_npz(study, source, found->second, graph);
}

std::vector<std::size_t> split_indices(const Study& study, const std::string& split,
                                       std::size_t size) {
  const auto found = study.splits.find(split);
  if (found == study.splits.end())
    throw ConfigError(fmt::format("the study has no split '{}'", split));
  const SplitConfig& config = found->second;
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t index = 0; index < size; ++index) {
    const double fraction = hash_fraction(index);
    if (fraction >= config.from && fraction < config.to) ranked.emplace_back(fraction, index);
  }
  std::sort(ranked.begin(), ranked.end());
  if (config.take > 0 && static_cast<std::size_t>(config.take) < ranked.size()) {
    ranked.resize(static_cast<std::size_t>(config.take));
  }
  if (ranked.empty()) {
    throw ConfigError(fmt::format("split '{}' holds none of the {} samples of source '{}'", split,
                                  size, config.source));
  }
  std::vector<std::size_t> indices;
  indices.reserve(ranked.size());
  for (const auto& [fraction, index] : ranked) indices.push_back(index);
  return indices;
}

void check_disjoint(const Study& study, const std::map<std::string, std::size_t>& source_sizes) {
  std::map<std::pair<std::string, std::size_t>, std::string> owner;
  for (const auto& [split, config] : study.splits) {
    const auto size = source_sizes.find(config.source);
    if (size == source_sizes.end()) continue;
    for (const std::size_t index : split_indices(study, split, size->second)) {
      const auto [at, fresh] = owner.try_emplace({config.source, index}, split);
      if (fresh) continue;
      throw ConfigError(fmt::format(
          "splits '{}' and '{}' share samples of source '{}' (sample {}): they must be disjoint",
          at->second, split, config.source, index));
    }
  }
}

}  // namespace paretune::harness
