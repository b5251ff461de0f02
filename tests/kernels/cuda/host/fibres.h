// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "tests/kernels/cuda/host/block.h"

/// Runs the threads of blocks one after the other on one host thread; each gives way at a barrier.
class Fibres {
 public:
  using Entry = void (*)(const void* argument);

  Fibres();
  ~Fibres();
  Fibres(const Fibres&) = delete;
  Fibres& operator=(const Fibres&) = delete;

  HostBlock& block() { return block_; }
  /// One block of `threads` threads; false when some finish while others wait at a barrier.
  bool run(Entry entry, const void* argument, HostBlock::Index index, unsigned threads,
           std::size_t shared_bytes);

 private:
  struct Fibre;
  static void begin();
  static void give_way();

  HostBlock block_{};
  std::vector<Fibre*> fibres_;
  std::vector<unsigned char> shared_;
};
