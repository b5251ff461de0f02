// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <span>

#include "harness/dataset.h"
#include "harness/errors.h"
#include "model/errors.h"

namespace paretune::harness {
namespace {

using model::ElementType;

// An archive of some MiB can stand for terabytes of zeros.
constexpr std::size_t kLargestArray = std::size_t{4} << 30;

/// What a .npy header says (NumPy enhancement proposal 1 and numpy.lib.format: versions 1.0
/// to 3.0).
struct Header {
  ElementType type = ElementType::f32;
  model::Shape shape;
  std::size_t data = 0;  ///< offset of the first element
};

[[noreturn]] void fail(const std::string& origin, const std::string& sentence) {
  throw ConfigError(fmt::format("{}: {}", origin, sentence));
}

ElementType element_type(const std::string& origin, std::string_view descr) {
  static constexpr std::pair<std::string_view, ElementType> kTypes[] = {
      {"f4", ElementType::f32}, {"f8", ElementType::f64}, {"f2", ElementType::f16},
      {"i1", ElementType::i8},  {"u1", ElementType::u8},  {"i2", ElementType::i16},
      {"u2", ElementType::u16}, {"i4", ElementType::i32}, {"u4", ElementType::u32},
      {"i8", ElementType::i64}, {"u8", ElementType::u64}, {"b1", ElementType::boolean}};
  if (!descr.empty() && (descr[0] == '<' || descr[0] == '|' || descr[0] == '=')) {
    for (const auto& [name, type] : kTypes) {
      if (descr.substr(1) == name) return type;
    }
  }
  fail(origin,
       fmt::format("arrays of type '{}' are not supported (little-endian numbers are)", descr));
}

/// The text after "'key': " in the header's dictionary.
std::string_view after(const std::string& origin, std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}'", key));
  if (at == std::string_view::npos) fail(origin, fmt::format("the array's header lacks '{}'", key));
  const auto begin = header.find_first_not_of(" :", at + key.size() + 2);
  return begin == std::string_view::npos ? std::string_view() : header.substr(begin);
}

model::Shape shape_of(const std::string& origin, std::string_view text) {
  const auto end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string_view::npos) {
    fail(origin, "the array's shape is damaged");
  }
  model::Shape shape;
  const char* at = text.data() + 1;
  const char* const stop = text.data() + end;
  while (at < stop) {
    std::int64_t length = 0;
    const auto [next, error] = std::from_chars(at, stop, length);
    if (error != std::errc()) fail(origin, "the array's shape is damaged");
    shape.push_back(length);
    at = next;
    while (at < stop && (*at == ',' || *at == ' ')) ++at;
  }
  return shape;
}

Header parse_header(const std::string& origin, const std::string& bytes) {
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY") != 0) fail(origin, "not a .npy array");
  const auto byte = [&](std::size_t i) {
    return std::size_t(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) fail(origin, fmt::format(".npy version {} is unknown", version));
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1 && bytes.size() >= begin) length |= byte(10) << 16 | byte(11) << 24;
  if (bytes.size() < begin + length) fail(origin, "the array is truncated");
  const std::string_view text = std::string_view(bytes).substr(begin, length);

  Header header;
  header.data = begin + length;
  const std::string_view descr = after(origin, text, "descr");
  if (descr.empty() || descr[0] != '\'') fail(origin, "structured arrays are not supported");
  header.type = element_type(origin, descr.substr(1, descr.find('\'', 1) - 1));
  header.shape = shape_of(origin, after(origin, text, "shape"));
  if (after(origin, text, "fortran_order").starts_with("True") && header.shape.size() > 1) {
    fail(origin, "Fortran order is not supported; save it with numpy.ascontiguousarray");
  }
  return header;
}

/// Bytes of data the header stands for; a shape that does not fit the entry is refused here, before
/// memory is taken for it.
std::size_t data_size(const std::string& origin, const Header& header, std::size_t entry) {
  try {
    const auto count = static_cast<std::size_t>(model::element_count(header.shape));
    const std::size_t have = entry - header.data;
    if (count > have || count * model::size_of(header.type) != have) {
      fail(origin, fmt::format("the array of shape {} has {} bytes of data",
                               model::to_text(header.shape), have));
    }
    return have;
  } catch (const model::InvalidModel& error) {
    fail(origin, error.what());
  }
}

/// One entry of an archive, read from its beginning.
class Entry {
 public:
  Entry(std::string origin, zip_t* archive, zip_uint64_t index)
      : origin_(std::move(origin)), file_(zip_fopen_index(archive, index, 0), zip_fclose) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive, index, 0, &stat) != 0 || file_ == nullptr ||
        (stat.valid & ZIP_STAT_SIZE) == 0) {
      fail(origin_, zip_strerror(archive));
    }
    size_ = stat.size;
  }

  std::size_t size() const { return size_; }

  /// Fills the range completely or throws.
  void read(std::span<std::byte> to) {
    while (!to.empty()) {
      const zip_int64_t got = zip_fread(file_.get(), to.data(), to.size());
      if (got <= 0) fail(origin_, "the archive's entry is damaged");
      to = to.subspan(static_cast<std::size_t>(got));
    }
  }

 private:
  std::string origin_;
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file_;
  std::size_t size_ = 0;
};

model::Tensor read_array(const std::string& origin, Entry entry) {
  // A header's length is at most its first twelve bytes and what those say, up to this.
  constexpr std::size_t longest_header = std::size_t{1} << 16;
  std::string begin(std::min(entry.size(), longest_header), '\0');
  entry.read(std::as_writable_bytes(std::span(begin)));
  const Header header = parse_header(origin, begin);
  const std::size_t bytes = data_size(origin, header, entry.size());
  if (bytes > kLargestArray) {
    fail(origin, fmt::format("the array has {} bytes (at most {})", bytes, kLargestArray));
  }
  model::Tensor tensor(header.type, header.shape);
  const std::size_t had = begin.size() - header.data;
  if (had > 0) std::memcpy(tensor.bytes().data(), begin.data() + header.data, had);
  entry.read(tensor.bytes().subspan(had));
  return tensor;
}

}  // namespace

std::map<std::string, model::Tensor> read_npz(const std::filesystem::path& file,
                                              const std::set<std::string>& names) {
  int code = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(
      zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code), zip_discard);
  if (archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail(file.string(), fmt::format("not a readable .npz archive: {}", reason));
  }
  std::map<std::string, model::Tensor> arrays;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    std::string name = zip_get_name(archive.get(), static_cast<zip_uint64_t>(i), 0);
    if (!name.ends_with(".npy")) continue;
    const std::string origin = fmt::format("{}: array '{}'", file.string(), name);
    name.resize(name.size() - 4);
    if (!names.empty() && !names.contains(name)) continue;
    arrays[name] = read_array(origin, Entry(origin, archive.get(), static_cast<zip_uint64_t>(i)));
  }
  return arrays;
}

}  // namespace paretune::harness
