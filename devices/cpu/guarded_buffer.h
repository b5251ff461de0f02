// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "devices/device.h"

namespace paretune::devices {

/// Memory of the CPU between two inaccessible pages, 64-byte aligned and as near to the page behind
/// as that allows. Kernels may read (never write) up to 64 bytes behind the end, a whole vector;
/// these bytes and the 64 before the start hold a pattern that intact() looks at. Who goes further
/// gets SIGSEGV at the instruction that does it. Nothing of this costs time while a kernel runs;
/// making and freeing one costs two system calls each.
class GuardedBuffer : public Buffer {
 public:
  /// Throws DeviceOutOfMemory.
  explicit GuardedBuffer(std::size_t bytes);
  ~GuardedBuffer() override;
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  std::size_t size() const override { return size_; }
  std::byte* host() override { return data_; }
  bool intact() const override;

 private:
  std::size_t size_;
  std::size_t mapped_ = 0;      ///< bytes with both guard pages
  std::byte* begin_ = nullptr;  ///< of the guard page before
  std::byte* data_ = nullptr;
  std::size_t slack_ = 0;  ///< bytes with the pattern behind the end
};

}  // namespace paretune::devices
