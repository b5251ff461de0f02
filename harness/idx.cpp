// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <zlib.h>

#include <cstring>
#include <memory>

#include "harness/dataset.h"
#include "harness/errors.h"
#include "model/errors.h"

namespace paretune::harness {
namespace {

constexpr std::uint8_t kUnsignedBytes = 0x08;  // the element type of LeCun's image and label files
constexpr std::size_t kChunk = 1 << 20;
// Deflate makes at most 1032 bytes of one (zlib's technical notes).
constexpr std::size_t kDeflateRatio = 1032;

/// gzread() passes plain files through, so one reader serves both.
class GzipFile {
 public:
  explicit GzipFile(const std::filesystem::path& file)
      : name_(file.string()), handle_(gzopen(name_.c_str(), "rb"), gzclose) {
    std::error_code error;
    bytes_ = std::filesystem::file_size(file, error);
    if (handle_ == nullptr || error) {
      throw ConfigError(fmt::format("{}: the file cannot be read", name_));
    }
    gzbuffer(handle_.get(), kChunk);
  }

  /// Throws when no file of this size can hold so many bytes, before memory is taken for them.
  void expect(std::size_t bytes) const {
    if (bytes / kDeflateRatio <= bytes_) return;
    throw ConfigError(
        fmt::format("{}: the header claims {} bytes, the file has {}", name_, bytes, bytes_));
  }

  /// Fills the range completely or throws.
  void read(std::span<std::byte> to) {
    std::size_t done = 0;
    while (done < to.size()) {
      const auto want = static_cast<unsigned>(std::min(to.size() - done, kChunk));
      const int got = gzread(handle_.get(), to.data() + done, want);
      if (got <= 0) {
        throw ConfigError(
            fmt::format("{}: the file ends after {} of {} bytes: it is truncated or damaged", name_,
                        done, to.size()));
      }
      done += static_cast<std::size_t>(got);
    }
  }

 private:
  std::string name_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> handle_;
  std::uintmax_t bytes_ = 0;
};

std::uint32_t big_endian(const std::byte* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

}  // namespace

model::Tensor read_idx(const std::filesystem::path& file) {
  GzipFile input(file);
  std::byte magic[4];
  input.read(magic);
  const auto type = std::to_integer<std::uint8_t>(magic[2]);
  const auto rank = std::to_integer<std::size_t>(magic[3]);
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0} || type != kUnsignedBytes || rank == 0) {
    throw ConfigError(fmt::format("{}: not an IDX file of unsigned bytes", file.string()));
  }
  model::Shape shape;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    std::byte length[4];
    input.read(length);
    shape.push_back(big_endian(length));
  }
  try {
    input.expect(static_cast<std::size_t>(model::element_count(shape)));
    model::Tensor tensor(model::ElementType::u8, shape);
    input.read(tensor.bytes());
    return tensor;
  } catch (const model::InvalidModel& error) {
    throw ConfigError(fmt::format("{}: {}", file.string(), error.what()));
  } catch (const std::bad_alloc&) {
    throw ConfigError(
        fmt::format("{}: the header claims {} bytes", file.string(), model::to_text(shape)));
  }
}

}  // namespace paretune::harness
