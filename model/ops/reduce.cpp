// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "model/convert.h"
#include "model/ops/axes.h"
#include "model/ops/broadcasting.h"
#include "model/ops/dispatch.h"
#include "model/ops/factories.h"

namespace paretune::model {
namespace {

/// What elements are gathered in: double, or 64-bit integers that wrap.
template <typename A>
A sum_of(A a, A b) {
  if constexpr (std::is_integral_v<A>) {
    A result{};
    static_cast<void>(__builtin_add_overflow(a, b, &result));
    return result;
  } else {
    return a + b;
  }
}

template <typename A>
A product_of(A a, A b) {
  if constexpr (std::is_integral_v<A>) {
    A result{};
    static_cast<void>(__builtin_mul_overflow(a, b, &result));
    return result;
  } else {
    return a * b;
  }
}

template <typename A>
A size_of_number(A value) {
  return value < A{0} ? product_of(value, static_cast<A>(-1)) : value;
}

/// Any reduction: what it starts with, how an element is added, what is made of the end.
struct Plain {
  template <typename A>
  static A start() {
    return A{0};
  }
  template <typename A>
  static A finish(A value, double) {
    return value;
  }
};

/// ONNX ReduceSum-13 (and 1, 11); 0 for nothing.
struct SumReduction : Plain {
  static constexpr std::string_view op_type = "ReduceSum";
  template <typename A>
  static A add(A sum, A value) {
    return sum_of(sum, value);
  }
};

/// ONNX ReduceMean-18 (and 1, 11, 13); NaN for nothing.
struct MeanReduction : SumReduction {
  static constexpr std::string_view op_type = "ReduceMean";
  template <typename A>
  static A finish(A sum, double count) {
    if constexpr (std::is_integral_v<A>) return count == 0 ? A{0} : sum / static_cast<A>(count);
    return static_cast<A>(static_cast<double>(sum) / count);
  }
};

/// ONNX ReduceL1-18 (and 1, 11, 13): the sum of sizes.
struct L1Reduction : Plain {
  static constexpr std::string_view op_type = "ReduceL1";
  template <typename A>
  static A add(A sum, A value) {
    return sum_of(sum, size_of_number(value));
  }
};

/// ONNX ReduceSumSquare-18 (and 1, 11, 13).
struct SumSquareReduction : Plain {
  static constexpr std::string_view op_type = "ReduceSumSquare";
  template <typename A>
  static A add(A sum, A value) {
    return sum_of(sum, product_of(value, value));
  }
};

/// ONNX ReduceL2-18 (and 1, 11, 13): the root of the sum of squares.
struct L2Reduction : SumSquareReduction {
  static constexpr std::string_view op_type = "ReduceL2";
  template <typename A>
  static A finish(A sum, double) {
    return static_cast<A>(std::sqrt(static_cast<double>(sum)));
  }
};

/// ONNX ReduceLogSum-18 (and 1, 11, 13): the logarithm of the sum; minus infinity for nothing.
struct LogSumReduction : SumReduction {
  static constexpr std::string_view op_type = "ReduceLogSum";
  template <typename A>
  static A finish(A sum, double) {
    if constexpr (std::is_integral_v<A>) {
      if (sum <= A{0}) throw InvalidModel("the logarithm of this sum is no integer");
    }
    return static_cast<A>(std::log(static_cast<double>(sum)));
  }
};

/// ONNX ReduceProd-18 (and 1, 11, 13); 1 for nothing.
struct ProdReduction : Plain {
  static constexpr std::string_view op_type = "ReduceProd";
  template <typename A>
  static A start() {
    return A{1};
  }
  template <typename A>
  static A add(A result, A value) {
    return product_of(result, value);
  }
};

/// ONNX ReduceMax-20 (and 1, 11, 12, 13, 18); the least number for nothing; NaN wins.
struct MaxReduction : Plain {
  static constexpr std::string_view op_type = "ReduceMax";
  template <typename A>
  static A start() {
    return std::numeric_limits<A>::has_infinity ? -std::numeric_limits<A>::infinity()
                                                : std::numeric_limits<A>::lowest();
  }
  template <typename A>
  static A add(A largest, A value) {
    return value > largest || value != value ? value : largest;
  }
};

/// ONNX ReduceMin-20 (and 1, 11, 12, 13, 18); the largest number for nothing; NaN wins.
struct MinReduction : Plain {
  static constexpr std::string_view op_type = "ReduceMin";
  template <typename A>
  static A start() {
    return std::numeric_limits<A>::has_infinity ? std::numeric_limits<A>::infinity()
                                                : std::numeric_limits<A>::max();
  }
  template <typename A>
  static A add(A least, A value) {
    return value < least || value != value ? value : least;
  }
};

/// ONNX ReduceLogSumExp-18 (and 1, 11, 13), of floats: the logarithm of the sum of e^x, minus
/// infinity for nothing. Computed around the largest element, so that nothing overflows.
struct LogSumExpReduction : SumReduction {
  static constexpr std::string_view op_type = "ReduceLogSumExp";
};

/// One result for each element of `kept`, the data's shape with 1 for each reduced dimension;
/// add(result, element, index of the result) returns the new one.
template <typename A, typename T, typename Add>
std::vector<A> gather(const Tensor& data, const Shape& kept, A start, Add&& add) {
  std::vector<A> results(static_cast<std::size_t>(element_count(kept)), start);
  const T* in = data.data<T>().data();
  for (BroadcastWalk walk({&kept, 1}, data.shape()); !walk.done(); walk.next()) {
    const std::size_t at = walk.offset(0);
    if (walk.step(0) == 0) {
      A result = results[at];
      for (std::size_t i = 0; i < walk.length(); ++i) {
        result = add(result, static_cast<A>(*in++), at);
      }
      results[at] = result;
    } else {
      for (std::size_t i = 0; i < walk.length(); ++i) {
        results[at + i] = add(results[at + i], static_cast<A>(*in++), at + i);
      }
    }
  }
  return results;
}

template <typename Function, typename A, typename T>
std::vector<A> reduce(const Tensor& data, const Shape& kept) {
  if constexpr (std::is_same_v<Function, LogSumExpReduction>) {
    const auto largest =
        gather<double, T>(data, kept, MaxReduction::start<double>(),
                          [](double a, double b, std::size_t) { return MaxReduction::add(a, b); });
    auto sums = gather<double, T>(data, kept, 0.0, [&](double sum, double value, std::size_t at) {
      return sum + (std::isinf(largest[at]) ? 0.0 : std::exp(value - largest[at]));
    });
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] = std::isinf(largest[i]) ? largest[i] : largest[i] + std::log(sums[i]);
    }
    return {sums.begin(), sums.end()};
  } else {
    auto results =
        gather<A, T>(data, kept, Function::template start<A>(),
                     [](A result, A value, std::size_t) { return Function::add(result, value); });
    const auto outputs = static_cast<double>(results.size());
    for (A& result : results) {
      result = Function::finish(result, static_cast<double>(data.count()) / outputs);
    }
    return results;
  }
}

/// Calls body.operator()<T, A>() for the types reductions run in: floats as they are, gathered in
/// double; integers as 64 bits, to which the caller converts them.
template <typename Body>
void for_reducible(ElementType type, Body&& body) {
  if (type == ElementType::f32) return body.template operator()<float, double>();
  if (type == ElementType::f64) return body.template operator()<double, double>();
  if (type == ElementType::u64) {
    return body.template operator()<std::uint64_t, std::uint64_t>();
  }
  body.template operator()<std::int64_t, std::int64_t>();
}

/// Axes are an attribute before operator set 18 (ReduceSum: 13), the second input since. None
/// means all of them, or with noop_with_empty_axes a reduction of each element by itself.
template <typename Function>
class Reduce : public Operator {
 public:
  std::string_view op_type() const override { return Function::op_type; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& data = required(context, 0);
    if (std::is_same_v<Function, LogSumExpReduction>) {
      require_floating(data);
    } else if (!orders_booleans() || data.type != ElementType::boolean) {
      require_arithmetic(data);
    }
    if (has_input(context) && constant(context, 1) == nullptr) return {of_free_axes(context)};
    Shape shape;
    const auto axes = reduced_axes(context);
    const bool keeps = context.node.int_attribute("keepdims", 1) != 0;
    for (std::size_t i = 0; i < data.shape.size(); ++i) {
      if (!axes.contains(i)) shape.push_back(data.shape[i]);
      if (axes.contains(i) && keeps) shape.push_back(1);
    }
    return {output_of(data.type, std::move(shape))};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    const ActualContext context(node, opset, inputs);
    Shape kept = inputs[0]->shape();
    for (const std::size_t axis : reduced_axes(context.get())) kept[axis] = 1;
    const bool direct = info.type == ElementType::f32 || info.type == ElementType::f64 ||
                        info.type == ElementType::u64;
    const ElementType type = direct ? info.type : ElementType::i64;
    // Booleans are ordered as 0 and 1; a reduction over none of them starts beyond both.
    const Tensor data = converted(*inputs[0], type);
    Tensor out(type, info.shape);
    for_reducible(type, [&]<typename T, typename A>() {
      const auto results = reduce<Function, A, T>(data, kept);
      for (std::size_t i = 0; i < results.size(); ++i) {
        out.data<T>()[i] = static_cast<T>(results[i]);
      }
      if (data.count() == 0 && !direct) empty_result(info.type, out);
    });
    return {converted(out, info.type)};
  }

 private:
  static constexpr bool orders_booleans() {
    return std::is_same_v<Function, MaxReduction> || std::is_same_v<Function, MinReduction>;
  }

  static bool has_input(const InferContext& context) {
    const std::int64_t first = Function::op_type == "ReduceSum" ? 13 : 18;
    return context.opset >= first && optional(context, 1) != nullptr;
  }

  static std::set<std::size_t> reduced_axes(const InferContext& context) {
    const std::size_t rank = required(context, 0).shape.size();
    const auto asked = has_input(context) ? int64_values(*constant(context, 1))
                                          : context.node.ints_attribute("axes", {});
    auto axes = normalized_axes(asked, rank);
    if (asked.empty() && context.node.int_attribute("noop_with_empty_axes", 0) == 0) {
      for (std::size_t i = 0; i < rank; ++i) axes.insert(i);
    }
    return axes;
  }

  static ValueInfo of_free_axes(const InferContext& context) {
    const auto& data = required(context, 0);
    const auto& axes = required(context, 1);
    std::size_t rank = data.shape.size();
    if (context.node.int_attribute("keepdims", 1) == 0) {
      const std::int64_t gone = axes.shape.size() == 1 ? axes.shape[0] : -1;
      if (gone < 1 || gone > static_cast<std::int64_t>(rank)) {
        throw UnsupportedModel("axes computed at run time are not supported; make them a constant");
      }
      rank -= static_cast<std::size_t>(gone);
    }
    return output_of(data.type, Shape(rank, -1));
  }

  /// Over nothing, the least or largest number of a type below 64 bits is that type's.
  static void empty_result(ElementType type, Tensor& out) {
    if (!orders_booleans() || type == ElementType::i64) return;
    const bool largest = Function::op_type == "ReduceMin";
    std::int64_t value = largest ? 1 : 0;
    if (type != ElementType::boolean) {
      for_integers(type, [&]<typename T>() {
        value = static_cast<std::int64_t>(largest ? std::numeric_limits<T>::max()
                                                  : std::numeric_limits<T>::lowest());
      });
    }
    for (std::int64_t& element : out.data<std::int64_t>()) element = value;
  }
};

}  // namespace

void append_reductions(std::vector<std::unique_ptr<Operator>>& all) {
  all.push_back(std::make_unique<Reduce<L1Reduction>>());
  all.push_back(std::make_unique<Reduce<L2Reduction>>());
  all.push_back(std::make_unique<Reduce<LogSumReduction>>());
  all.push_back(std::make_unique<Reduce<LogSumExpReduction>>());
  all.push_back(std::make_unique<Reduce<MaxReduction>>());
  all.push_back(std::make_unique<Reduce<MeanReduction>>());
  all.push_back(std::make_unique<Reduce<MinReduction>>());
  all.push_back(std::make_unique<Reduce<ProdReduction>>());
  all.push_back(std::make_unique<Reduce<SumReduction>>());
  all.push_back(std::make_unique<Reduce<SumSquareReduction>>());
}

}  // namespace paretune::model
