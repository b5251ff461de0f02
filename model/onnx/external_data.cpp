// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/external_data.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <onnx.pb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "model/candidate.h"
#include "model/errors.h"
#include "model/onnx/data_type.h"
#include "model/onnx/proto_tensor.h"
#include "model/tensor.h"

namespace paretune::model {
namespace {

/// An open file or folder.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

struct Place {
  std::string location;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;
};

/// Reads the tensors of one model.
class Loader {
 public:
  Loader(const std::filesystem::path& folder, std::string_view origin)
      : folder_(folder), origin_(origin) {}

  void load(onnx::GraphProto& graph) {
    for (auto& tensor : *graph.mutable_initializer()) load(tensor);
    for (auto& node : *graph.mutable_node()) {
      for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) load(*attribute.mutable_t());
        if (attribute.has_g()) load(*attribute.mutable_g());
      }
    }
  }

  std::string hash() const { return hashes_.empty() ? "" : sha256(hashes_); }

 private:
  [[noreturn]] void refuse(const onnx::TensorProto& tensor, std::string_view what) const {
    throw InvalidModel(
        fmt::format("{}: the external data of tensor '{}' {}; export the model again", origin_,
                    tensor.name(), what));
  }

  void load(onnx::TensorProto& tensor) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) {
      if (tensor.external_data_size() > 0) refuse(tensor, "is described but not said to be used");
      return;
    }
    if (folder_.empty()) {
      throw UnsupportedModel(fmt::format(
          "{}: tensor '{}' keeps its data in another file, which can be read only beside a file",
          origin_, tensor.name()));
    }
    const Place place = place_of(tensor);
    const std::int64_t bytes = stored_bytes(tensor, origin_);
    if (place.length && *place.length != bytes) {
      refuse(tensor, fmt::format("has {} bytes where its shape needs {}", *place.length, bytes));
    }
    tensor.set_raw_data(read(tensor, place, bytes));
    hashes_ += sha256(tensor.raw_data());
    tensor.clear_external_data();
    tensor.clear_data_location();
  }

  Place place_of(const onnx::TensorProto& tensor) const {
    Place place;
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") place.location = entry.value();
      if (entry.key() == "offset") place.offset = number(tensor, entry.value());
      if (entry.key() == "length") place.length = number(tensor, entry.value());
    }
    if (place.location.empty()) refuse(tensor, "names no file");
    return place;
  }

  std::int64_t number(const onnx::TensorProto& tensor, const std::string& text) const {
    std::int64_t value = -1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || value < 0) {
      refuse(tensor, fmt::format("has '{}' for an offset or length", text));
    }
    return value;
  }

  /// The file, opened component by component so that no link is followed on the way.
  Descriptor open_below(const onnx::TensorProto& tensor, const std::string& location) const {
    const std::filesystem::path path(location);
    if (path.is_absolute() || location.find('\0') != std::string::npos) {
      refuse(tensor, fmt::format("is in '{}', outside the model's folder", location));
    }
    Descriptor at(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (auto part = path.begin(); part != path.end(); ++part) {
      if (*part == "..") {
        refuse(tensor, fmt::format("is in '{}', outside the model's folder", location));
      }
      const bool last = std::next(part) == path.end();
      // Without O_NONBLOCK, opening a pipe waits for its other end.
      const int kind = last ? O_NONBLOCK : O_DIRECTORY;
      at = Descriptor(openat(at.number(), part->c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
      if (at.number() < 0) {
        refuse(tensor,
               fmt::format("is in '{}', which is missing, a link or not readable", location));
      }
    }
    return at;
  }

  std::string read(const onnx::TensorProto& tensor, const Place& place, std::int64_t bytes) const {
    const Descriptor file = open_below(tensor, place.location);
    struct stat status = {};
    if (fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
      refuse(tensor, fmt::format("is in '{}', which is no regular file", place.location));
    }
    if (place.offset > status.st_size || bytes > status.st_size - place.offset) {
      refuse(tensor, fmt::format("needs {} bytes at {} of '{}', which has {}", bytes, place.offset,
                                 place.location, status.st_size));
    }
    std::string data(static_cast<std::size_t>(bytes), '\0');
    std::size_t done = 0;
    while (done < data.size()) {
      const ssize_t count = pread(file.number(), data.data() + done, data.size() - done,
                                  place.offset + static_cast<off_t>(done));
      if (count <= 0) refuse(tensor, fmt::format("cannot be read from '{}'", place.location));
      done += static_cast<std::size_t>(count);
    }
    return data;
  }

  const std::filesystem::path& folder_;
  std::string_view origin_;
  std::string hashes_;  ///< of each tensor's data, in the order of the file
};

}  // namespace

std::string load_external_data(onnx::ModelProto& model, const std::filesystem::path& folder,
                               std::string_view origin) {
  Loader loader(folder, origin);
  loader.load(*model.mutable_graph());
  return loader.hash();
}

}  // namespace paretune::model
