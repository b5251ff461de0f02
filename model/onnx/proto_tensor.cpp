// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/proto_tensor.h"

#include <fmt/format.h>
#include <onnx.pb.h>

#include <bit>
#include <cstring>

#include "model/errors.h"
#include "model/float16.h"
#include "model/onnx/data_type.h"

namespace paretune::model {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

[[noreturn]] void refuse(const onnx::TensorProto& proto, std::string_view origin,
                         std::string_view what) {
  throw InvalidModel(
      fmt::format("{}: tensor '{}' {}; export the model again", origin, proto.name(), what));
}

ElementType type_of(const onnx::TensorProto& proto, std::string_view origin) {
  if (proto.data_type() == 0) refuse(proto, origin, "has no element type");
  try {
    return element_type_of_onnx(proto.data_type());
  } catch (const UnsupportedModel& error) {
    throw UnsupportedModel(fmt::format("{}: tensor '{}': {}", origin, proto.name(), error.what()));
  }
}

Shape shape_of(const onnx::TensorProto& proto, std::string_view origin) {
  Shape shape(proto.dims().begin(), proto.dims().end());
  try {
    byte_count(type_of(proto, origin), shape);
  } catch (const InvalidModel& error) {
    refuse(proto, origin, std::string("is unusable: ") + error.what());
  }
  return shape;
}

/// Copies a repeated field whose entries each hold one element.
template <typename T, typename Field>
Tensor copy_field(const onnx::TensorProto& proto, std::string_view origin, ElementType type,
                  const Shape& shape, const Field& field) {
  if (field.size() != element_count(shape)) {
    refuse(proto, origin,
           fmt::format("has {} elements where its shape {} needs {}", field.size(), to_text(shape),
                       element_count(shape)));
  }
  Tensor tensor(type, shape);
  auto* out = reinterpret_cast<T*>(tensor.bytes().data());
  for (const auto value : field) *out++ = static_cast<T>(value);
  return tensor;
}

/// Elements that share bytes, the first one in the lowest bits, each to a byte of its own.
Tensor unpacked(const onnx::TensorProto& proto, std::string_view origin, ElementType type,
                const Shape& shape, const std::string& packed) {
  const std::size_t bits = onnx_bits(type), per_byte = 8 / bits;
  const auto count = static_cast<std::uint64_t>(element_count(shape));
  if (packed.size() != count / per_byte + (count % per_byte == 0 ? 0 : 1)) {
    refuse(proto, origin,
           fmt::format("has {} bytes where shape {} of {} needs {} elements", packed.size(),
                       to_text(shape), to_text(type), count));
  }
  Tensor tensor(type, shape);
  const bool has_sign = type == ElementType::i4 || type == ElementType::i2;
  for (std::size_t i = 0; i < count; ++i) {
    const int byte = static_cast<unsigned char>(packed[i / per_byte]);
    int code = byte >> (i % per_byte * bits) & ((1 << bits) - 1);
    if (has_sign && (code >> (bits - 1)) != 0) code -= 1 << bits;
    tensor.bytes()[i] = static_cast<std::byte>(code);
  }
  return tensor;
}

std::string packed(const Tensor& tensor) {
  const std::size_t bits = onnx_bits(tensor.type()), per_byte = 8 / bits;
  std::string result((tensor.count() + per_byte - 1) / per_byte, '\0');
  for (std::size_t i = 0; i < tensor.count(); ++i) {
    const int code = std::to_integer<int>(tensor.bytes()[i]) & ((1 << bits) - 1);
    result[i / per_byte] |= static_cast<char>(code << (i % per_byte * bits));
  }
  return result;
}

Tensor from_raw(const onnx::TensorProto& proto, std::string_view origin, ElementType type,
                const Shape& shape) {
  const std::string& raw = proto.raw_data();
  if (onnx_bits(type) < 8) return unpacked(proto, origin, type, shape, raw);
  const auto count = static_cast<std::uint64_t>(element_count(shape));
  if (raw.size() % size_of(type) != 0 || raw.size() / size_of(type) != count) {
    refuse(proto, origin,
           fmt::format("has {} bytes where shape {} of {} needs {} elements", raw.size(),
                       to_text(shape), to_text(type), count));
  }
  Tensor tensor(type, shape);
  if (!raw.empty()) std::memcpy(tensor.bytes().data(), raw.data(), raw.size());
  if (type == ElementType::boolean) {
    // Any non-zero byte means true, but a C++ bool may hold nothing but 0 and 1.
    for (auto& byte : tensor.bytes()) byte = byte == std::byte{0} ? std::byte{0} : std::byte{1};
  }
  return tensor;
}

Tensor from_fields(const onnx::TensorProto& proto, std::string_view origin, ElementType type,
                   const Shape& shape) {
  if (onnx_bits(type) < 8) {
    // Each int32 holds one packed byte.
    const std::string bytes(proto.int32_data().begin(), proto.int32_data().end());
    return unpacked(proto, origin, type, shape, bytes);
  }
  switch (type) {
    case ElementType::f32:
      return copy_field<float>(proto, origin, type, shape, proto.float_data());
    case ElementType::f64:
      return copy_field<double>(proto, origin, type, shape, proto.double_data());
    case ElementType::i64:
      return copy_field<std::int64_t>(proto, origin, type, shape, proto.int64_data());
    case ElementType::u64:
      return copy_field<std::uint64_t>(proto, origin, type, shape, proto.uint64_data());
    case ElementType::u32:
      return copy_field<std::uint32_t>(proto, origin, type, shape, proto.uint64_data());
    case ElementType::i32:
      return copy_field<std::int32_t>(proto, origin, type, shape, proto.int32_data());
    case ElementType::i8:
    case ElementType::u8:
    case ElementType::f8e4m3fn:
    case ElementType::f8e4m3fnuz:
    case ElementType::f8e5m2:
    case ElementType::f8e5m2fnuz:
    case ElementType::f8e8m0:
      return copy_field<std::uint8_t>(proto, origin, type, shape, proto.int32_data());
    case ElementType::boolean:
      return copy_field<bool>(proto, origin, type, shape, proto.int32_data());
    default:  // every 16-bit type: the bit pattern in an int32 (onnx.proto, TensorProto.int32_data)
      return copy_field<std::uint16_t>(proto, origin, type, shape, proto.int32_data());
  }
}

}  // namespace

std::int64_t stored_bytes(const onnx::TensorProto& proto, std::string_view origin) {
  const ElementType type = type_of(proto, origin);
  const Shape shape = shape_of(proto, origin);
  const auto bits = static_cast<std::int64_t>(onnx_bits(type));
  if (bits >= 8) return byte_count(type, shape);
  const std::int64_t per_byte = 8 / bits, count = element_count(shape);
  return count / per_byte + (count % per_byte == 0 ? 0 : 1);
}

Tensor from_proto(const onnx::TensorProto& proto, std::string_view origin) {
  if (proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    throw UnsupportedModel(
        fmt::format("{}: tensor '{}' keeps its data in another file; save it with its data inside",
                    origin, proto.name()));
  }
  const ElementType type = type_of(proto, origin);
  if (proto.has_segment()) refuse(proto, origin, "is stored in segments");
  const Shape shape = shape_of(proto, origin);
  return proto.has_raw_data() ? from_raw(proto, origin, type, shape)
                              : from_fields(proto, origin, type, shape);
}

void to_proto(const Tensor& tensor, std::string_view name, onnx::TensorProto& proto) {
  proto.set_name(std::string(name));
  proto.set_data_type(onnx_data_type(tensor.type()));
  for (const std::int64_t dim : tensor.shape()) proto.add_dims(dim);
  if (onnx_bits(tensor.type()) < 8) {
    proto.set_raw_data(packed(tensor));
  } else {
    proto.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
  }
}

}  // namespace paretune::model
