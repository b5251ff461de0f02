// SPDX-License-Identifier: Apache-2.0
#include "devices/cpu/guarded_buffer.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "devices/errors.h"

namespace paretune::devices {
namespace {

constexpr std::size_t kLine = 64;
constexpr std::byte kPattern{0xFF};  // NaN as f32: what is read here and used shows

std::size_t rounded_up(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

bool holds_pattern(const std::byte* begin, std::size_t bytes) {
  return std::all_of(begin, begin + bytes, [](std::byte byte) { return byte == kPattern; });
}

}  // namespace

GuardedBuffer::GuardedBuffer(std::size_t bytes) : size_(bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* memory = MAP_FAILED;
  std::size_t open = 0;
  if (bytes < std::numeric_limits<std::size_t>::max() - 4 * page) {
    slack_ = rounded_up(bytes, kLine) + kLine - bytes;
    open = rounded_up(kLine + bytes + slack_, page);
    mapped_ = open + 2 * page;
    memory = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (memory != MAP_FAILED &&
      mprotect(static_cast<std::byte*>(memory) + page, open, PROT_READ | PROT_WRITE) != 0) {
    munmap(memory, mapped_);
    memory = MAP_FAILED;
  }
  if (memory == MAP_FAILED) {
    throw DeviceOutOfMemory(fmt::format("cpu: no memory for a buffer of {} bytes", bytes));
  }
  begin_ = static_cast<std::byte*>(memory);
  data_ = begin_ + page + open - slack_ - bytes;
  std::memset(data_ - kLine, static_cast<int>(kPattern), kLine);
  std::memset(data_ + bytes, static_cast<int>(kPattern), slack_);
}

GuardedBuffer::~GuardedBuffer() { munmap(begin_, mapped_); }

bool GuardedBuffer::intact() const {
  return holds_pattern(data_ - kLine, kLine) && holds_pattern(data_ + size_, slack_);
}

}  // namespace paretune::devices
