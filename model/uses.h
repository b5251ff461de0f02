// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/graph.h"

namespace paretune::model {

/// Who produces and who reads each value of a graph: made in one walk, asked in constant time. It
/// describes the graph as it was then, and what the members below changed since.
class Uses {
 public:
  explicit Uses(const Graph& graph);

  /// Index of the node that produces `value`, or -1.
  std::ptrdiff_t producer(const std::string& value) const { return use(value).producer; }
  /// Indices of the nodes that read `value`, ascending, each once.
  const std::vector<std::size_t>& consumers(const std::string& value) const {
    return use(value).consumers;
  }
  bool is_output(const std::string& value) const { return use(value).output; }
  /// The graph has a value of that name, read or not.
  bool has(const std::string& value) const { return use(value).defined; }

  /// Makes every node that reads `from` read `to`.
  void replace_reads(Graph& graph, const std::string& from, const std::string& to);
  /// Notes that node `index` produces `value` from now on.
  void set_producer(const std::string& value, std::size_t index);

 private:
  struct Use {
    std::ptrdiff_t producer = -1;
    std::vector<std::size_t> consumers;
    bool output = false;
    bool defined = false;
  };

  const Use& use(const std::string& value) const;

  std::unordered_map<std::string, Use> uses_;
};

}  // namespace paretune::model
