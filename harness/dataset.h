// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/study.h"
#include "model/graph.h"
#include "model/tensor.h"

namespace paretune::harness {

/// Labelled samples, ready as model inputs.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::size_t size() const = 0;
  /// Samples the model takes in one run: 1 unless the first dimension of its inputs is a batch.
  virtual std::size_t batch() const = 0;
  /// Inputs in the graph's order for the samples `indices`, batch() of them. Models whose first
  /// dimension is the batch, or 1, get any number of samples stacked along it.
  virtual std::vector<model::Tensor> inputs(const std::vector<std::size_t>& indices) const = 0;
  virtual std::int64_t label(std::size_t index) const = 0;
};

/// Opens a split's source (files are read once and kept as stored: u8 images stay u8). `graph`,
/// whose dimensions are bound, tells input names and shapes (harness/feed.h: what fits). Throws
/// ConfigError when a file is missing, damaged or does not fit the model's inputs: one sentence
/// with file, array and both shapes.
std::unique_ptr<Dataset> open_source(const Study& study, const std::string& source,
                                     const model::Graph& graph);

/// Sample indices of a split, ascending by hash: the fixed hash of an index is SHA-256("paretune:"
/// + index) read as a fraction of 2^64. Throws ConfigError when the split is unknown or empty.
std::vector<std::size_t> split_indices(const Study& study, const std::string& split,
                                       std::size_t size);
/// Throws ConfigError when two splits of one source share a sample.
void check_disjoint(const Study& study, const std::map<std::string, std::size_t>& source_sizes);

/// `indices` in runs of `batch`; the last run is filled up by repeating its last sample.
std::vector<std::vector<std::size_t>> in_batches(const std::vector<std::size_t>& indices,
                                                 std::size_t batch);

/// Arrays of an .npz file (zip of .npy, format 1.0-3.0, C order): those of `names` that are there,
/// or all when `names` is empty. Throws ConfigError.
std::map<std::string, model::Tensor> read_npz(const std::filesystem::path& file,
                                              const std::set<std::string>& names = {});
/// One IDX file, plain or gzip (LeCun's format): u8 tensor of its dimensions. Throws ConfigError.
model::Tensor read_idx(const std::filesystem::path& file);

}  // namespace paretune::harness
