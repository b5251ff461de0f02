// SPDX-License-Identifier: Apache-2.0
#include "harness/yaml_document.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

#include "harness/errors.h"

namespace paretune::harness {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = std::size_t{256} << 10;
constexpr std::size_t kLongestText = 4096;
constexpr int kMostValues = 10000;
constexpr int kDeepest = 32;

/// The JSON value of a plain scalar (YAML 1.2 core schema); quoted scalars stay text.
Json scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true" || text == "false") return text == "true";
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  if (auto [at, error] = std::from_chars(text.data(), end, integer);
      error == std::errc() && at == end) {
    return integer;
  }
  double real = 0;
  if (auto [at, error] = std::from_chars(text.data(), end, real);
      error == std::errc() && at == end && std::isfinite(real)) {
    return real;
  }
  return text;
}

class Reader {
 public:
  explicit Reader(Document& document) : document_(document) {}

  Json read(const YAML::Node& node, const std::string& pointer, int depth = 0) {
    if (!document_.lines.contains(pointer)) document_.lines[pointer] = node.Mark().line + 1;
    // Aliases are followed, so that few bytes can stand for billions of values, or for themselves.
    if (++values_ > kMostValues) fail(node, fmt::format("more than {} values", kMostValues));
    if (depth > kDeepest) fail(node, fmt::format("values nested more than {} deep", kDeepest));
    if (const std::string& tag = node.Tag(); !tag.empty() && tag != "?" && tag != "!") {
      fail(node, fmt::format("the tag '{}' is not read; a study holds plain values", tag));
    }
    if (node.IsMap()) return map(node, pointer, depth);
    if (!node.IsSequence()) return node.IsScalar() ? scalar(checked(node)) : Json(nullptr);
    Json list = Json::array();
    for (std::size_t i = 0; i < node.size(); ++i) {
      list.push_back(read(node[i], fmt::format("{}/{}", pointer, i), depth + 1));
    }
    return list;
  }

 private:
  Json map(const YAML::Node& node, const std::string& pointer, int depth) {
    Json object = Json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) fail(entry.first, "a key that is no text");
      const std::string& key = checked(entry.first).Scalar();
      const std::string inner = fmt::format("{}/{}", pointer, key);
      // The line of the key, not of the value that may begin below it.
      document_.lines[inner] = entry.first.Mark().line + 1;
      if (object.contains(key)) {
        throw ConfigError(
            fmt::format("{}the key '{}' stands there twice", document_.place(inner), key));
      }
      object[key] = read(entry.second, inner, depth + 1);
    }
    return object;
  }

  const YAML::Node& checked(const YAML::Node& node) const {
    const std::string& text = node.Scalar();
    if (text.size() > kLongestText) {
      fail(node, fmt::format("a text of {} characters (at most {})", text.size(), kLongestText));
    }
    const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    if (std::any_of(text.begin(), text.end(), control)) {
      fail(node, "a text with a line break or another control character");
    }
    return node;
  }

  [[noreturn]] void fail(const YAML::Node& node, const std::string& sentence) const {
    throw ConfigError(fmt::format("{}:{}: {}", document_.file, node.Mark().line + 1, sentence));
  }

  Document& document_;
  int values_ = 0;
};

/// Neither waits for a pipe nor follows a device without end.
std::string read_text(const fs::path& file) {
  std::error_code error;
  if (fs::exists(file, error) && !fs::is_regular_file(file, error)) {
    throw ConfigError(fmt::format("{}: the study is not a file", file.string()));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || !stream.is_open()) {
    throw ConfigError(fmt::format("{}: the study cannot be read", file.string()));
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kLargestFile) {
    throw ConfigError(
        fmt::format("{}: the study is longer than {} KiB", file.string(), kLargestFile >> 10));
  }
  return text;
}

}  // namespace

Document read_yaml(const fs::path& file) {
  Document document{file.string(), {}, {}};
  const std::string text = read_text(file);
  try {
    document.value = Reader(document).read(YAML::Load(text), "");
  } catch (const YAML::Exception& error) {
    throw ConfigError(fmt::format("{}:{}: {}", file.string(), error.mark.line + 1, error.msg));
  }
  return document;
}

}  // namespace paretune::harness
