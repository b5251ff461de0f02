// SPDX-License-Identifier: Apache-2.0
#include "results/samples.h"

namespace paretune::results {

namespace {

constexpr std::size_t sample_bytes = 8;

/// Little-endian whatever the host is, so that files travel.
std::string encode(const std::vector<std::int64_t>& values) {
  std::string bytes;
  bytes.reserve(values.size() * sample_bytes);
  for (const std::int64_t value : values) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sample_bytes; ++i) bytes += static_cast<char>(bits >> (8 * i));
  }
  return bytes;
}

std::vector<std::int64_t> decode(const unsigned char* bytes, std::size_t size) {
  std::vector<std::int64_t> values;
  for (std::size_t at = 0; at + sample_bytes <= size; at += sample_bytes) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sample_bytes; ++i) {
      bits |= static_cast<std::uint64_t>(bytes[at + i]) << (8 * i);
    }
    values.push_back(static_cast<std::int64_t>(bits));
  }
  return values;
}

}  // namespace

void write_samples(SQLite::Database& database, const std::string& owner, std::int64_t id,
                   const std::string& kind, const std::vector<std::int64_t>& values) {
  if (values.empty()) return;
  const std::string bytes = encode(values);
  SQLite::Statement statement(
      database, "INSERT INTO samples (" + owner + ", kind, nanoseconds) VALUES (?, ?, ?)");
  statement.bind(1, id);
  statement.bind(2, kind);
  statement.bind(3, bytes.data(), static_cast<int>(bytes.size()));
  statement.exec();
}

std::vector<std::int64_t> read_samples(SQLite::Database& database, const std::string& owner,
                                       std::int64_t id, const std::string& kind) {
  SQLite::Statement statement(
      database, "SELECT nanoseconds FROM samples WHERE " + owner + " = ? AND kind = ?");
  statement.bind(1, id);
  statement.bind(2, kind);
  if (!statement.executeStep()) return {};
  const SQLite::Column blob = statement.getColumn(0);
  return decode(static_cast<const unsigned char*>(blob.getBlob()),
                static_cast<std::size_t>(blob.getBytes()));
}

}  // namespace paretune::results
