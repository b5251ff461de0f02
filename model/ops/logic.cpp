// SPDX-License-Identifier: Apache-2.0
#include "model/ops/elementwise.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// ONNX And-7.
struct AndFunction {
  static constexpr std::string_view op_type = "And";
  using Types = Booleans;
  bool operator()(bool a, bool b) const { return a && b; }
};

/// ONNX Or-7.
struct OrFunction {
  static constexpr std::string_view op_type = "Or";
  using Types = Booleans;
  bool operator()(bool a, bool b) const { return a || b; }
};

/// ONNX Xor-7.
struct XorFunction {
  static constexpr std::string_view op_type = "Xor";
  using Types = Booleans;
  bool operator()(bool a, bool b) const { return a != b; }
};

/// ONNX Not-1.
struct NotFunction {
  static constexpr std::string_view op_type = "Not";
  using Types = Booleans;
  bool operator()(bool value) const { return !value; }
};

/// ONNX BitwiseAnd-18.
struct BitwiseAndFunction {
  static constexpr std::string_view op_type = "BitwiseAnd";
  using Types = Integers;
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};

/// ONNX BitwiseOr-18.
struct BitwiseOrFunction {
  static constexpr std::string_view op_type = "BitwiseOr";
  using Types = Integers;
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};

/// ONNX BitwiseXor-18.
struct BitwiseXorFunction {
  static constexpr std::string_view op_type = "BitwiseXor";
  using Types = Integers;
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};

/// ONNX BitwiseNot-18.
struct BitwiseNotFunction {
  static constexpr std::string_view op_type = "BitwiseNot";
  using Types = Integers;
  template <typename T>
  T operator()(T value) const {
    return static_cast<T>(~value);
  }
};

/// ONNX BitShift-28 (and 11): to the right signed integers keep their sign; a shift by the width
/// of the type or more leaves nothing but the sign.
struct BitShiftFunction {
  static constexpr std::string_view op_type = "BitShift";
  using Types = Integers;
  bool left;

  explicit BitShiftFunction(const Node& node)
      : left(node.string_attribute("direction", "") == "LEFT") {
    if (!left && node.string_attribute("direction", "") != "RIGHT") {
      throw InvalidModel("attribute 'direction' must be LEFT or RIGHT");
    }
  }

  template <typename T>
  T operator()(T value, T by) const {
    constexpr auto width = static_cast<std::int64_t>(8 * sizeof(T));
    const bool out = by < T{0} || static_cast<std::uint64_t>(by) >= std::uint64_t{width};
    if (left) return out ? T{0} : static_cast<T>(WrappingType<T>(value) << by);
    return static_cast<T>(value >> (out ? static_cast<T>(width - 1) : by));
  }
};

}  // namespace

void append_logic(std::vector<std::unique_ptr<Operator>>& all) {
  all.push_back(std::make_unique<Elementwise<AndFunction>>());
  all.push_back(std::make_unique<Elementwise<OrFunction>>());
  all.push_back(std::make_unique<Elementwise<XorFunction>>());
  all.push_back(std::make_unique<Unary<NotFunction>>());
  all.push_back(std::make_unique<Elementwise<BitwiseAndFunction>>());
  all.push_back(std::make_unique<Elementwise<BitwiseOrFunction>>());
  all.push_back(std::make_unique<Elementwise<BitwiseXorFunction>>());
  all.push_back(std::make_unique<Unary<BitwiseNotFunction>>());
  all.push_back(std::make_unique<Elementwise<BitShiftFunction>>());
}

}  // namespace paretune::model
