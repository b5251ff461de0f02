// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "model/ops/factories.h"
#include "model/ops/matrix_product.h"

namespace paretune::model {
namespace {

constexpr std::string_view ellipsis = "...";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The subscripts of one operand: letters before and behind an optional ellipsis.
struct Term {
  std::string front, back;
  bool has_ellipsis = false;

  std::size_t letters() const { return front.size() + back.size(); }
};

Term term_of(std::string_view text) {
  Term term;
  const std::size_t at = text.find(ellipsis);
  term.has_ellipsis = at != std::string_view::npos;
  term.front = text.substr(0, at);
  if (term.has_ellipsis) term.back = text.substr(at + ellipsis.size());
  for (const char c : term.front + term.back) {
    if (!is_letter(c)) {
      throw InvalidModel(fmt::format("the equation has the subscript '{}', which is no letter", c));
    }
  }
  return term;
}

/// The equation against actual shapes. Every index of the loops is one axis: the output's first,
/// then those that are summed over.
struct Contraction {
  Shape sizes;                                 ///< of each axis; -1 when free
  std::size_t outputs = 0;                     ///< how many of the axes the output has
  std::vector<std::vector<std::size_t>> axes;  ///< of each operand, one per dimension
};

class Parser {
 public:
  Parser(std::string equation, const std::vector<Shape>& shapes) : shapes_(shapes) {
    std::erase(equation, ' ');
    const std::size_t arrow = equation.find("->");
    std::string left = equation.substr(0, arrow);
    for (std::size_t from = 0; from <= left.size();) {
      const std::size_t comma = std::min(left.find(',', from), left.size());
      terms_.push_back(term_of(std::string_view(left).substr(from, comma - from)));
      from = comma + 1;
    }
    if (terms_.size() != shapes.size()) {
      throw InvalidModel(fmt::format("equation '{}' has {} operands but the node has {}", equation,
                                     terms_.size(), shapes.size()));
    }
    for (std::size_t i = 0; i < terms_.size(); ++i) check_rank(i);
    output_ = arrow == std::string::npos ? implicit_output() : term_of(equation.substr(arrow + 2));
  }

  Contraction run() {
    letter_axis_.fill(none);
    if (output_.has_ellipsis && !any_ellipsis()) {
      throw InvalidModel("the output has an ellipsis but no operand has one");
    }
    for (const char c : output_.front) add_output(c);
    first_wide_ = result_.sizes.size();
    if (output_.has_ellipsis) result_.sizes.resize(first_wide_ + wide_, 1);
    for (const char c : output_.back) add_output(c);
    result_.outputs = result_.sizes.size();
    if (!output_.has_ellipsis) {
      first_wide_ = result_.sizes.size();
      result_.sizes.resize(first_wide_ + wide_, 1);
    }
    for (std::size_t i = 0; i < terms_.size(); ++i) add_operand(i);
    for (const char c : output_.front + output_.back) {
      if (!named(c)) throw InvalidModel(fmt::format("no operand has the output's index '{}'", c));
    }
    return std::move(result_);
  }

 private:
  static constexpr std::size_t none = ~std::size_t{0};

  void check_rank(std::size_t i) {
    const std::size_t rank = shapes_[i].size(), letters = terms_[i].letters();
    if (rank < letters || (rank > letters && !terms_[i].has_ellipsis)) {
      throw InvalidModel(fmt::format("operand {} of shape {} does not fit its {} subscripts", i,
                                     to_text(shapes_[i]), letters));
    }
    wide_ = std::max(wide_, rank - letters);
  }

  bool any_ellipsis() const {
    return std::ranges::any_of(terms_, [](const Term& term) { return term.has_ellipsis; });
  }

  bool named(char c) const {
    return std::ranges::any_of(terms_, [c](const Term& term) {
      return (term.front + term.back).find(c) != std::string::npos;
    });
  }

  /// Without an arrow: the ellipsis, then all letters that occur once, in alphabetical order.
  Term implicit_output() const {
    std::array<int, 256> counts{};
    for (const Term& term : terms_) {
      for (const char c : term.front + term.back) ++counts[static_cast<unsigned char>(c)];
    }
    Term output;
    output.has_ellipsis = any_ellipsis();
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (counts[c] == 1) output.back += static_cast<char>(c);
    }
    return output;
  }

  void add_output(char c) {
    if (axis_of(c) != none) {
      throw InvalidModel(fmt::format("the output names the index '{}' twice", c));
    }
    axis_of(c) = result_.sizes.size();
    result_.sizes.push_back(1);
  }

  void add_operand(std::size_t i) {
    const Term& term = terms_[i];
    const std::size_t dots = shapes_[i].size() - term.letters();
    std::vector<std::size_t> axes;
    for (const char c : term.front) axes.push_back(letter(c));
    for (std::size_t d = 0; d < dots; ++d) axes.push_back(first_wide_ + wide_ - dots + d);
    for (const char c : term.back) axes.push_back(letter(c));
    for (std::size_t d = 0; d < axes.size(); ++d) {
      std::int64_t& size = result_.sizes[axes[d]];
      size = broadcast({size}, {shapes_[i][d]})[0];
    }
    result_.axes.push_back(std::move(axes));
  }

  std::size_t letter(char c) {
    if (axis_of(c) == none) {
      axis_of(c) = result_.sizes.size();
      result_.sizes.push_back(1);
    }
    return axis_of(c);
  }

  std::size_t& axis_of(char c) { return letter_axis_[static_cast<unsigned char>(c)]; }

  const std::vector<Shape>& shapes_;
  std::vector<Term> terms_;
  Term output_;
  Contraction result_;
  std::array<std::size_t, 256> letter_axis_{};
  std::size_t first_wide_ = 0;
  std::size_t wide_ = 0;  ///< dimensions the longest ellipsis stands for
};

Contraction contraction_of(const Node& node, const std::vector<Shape>& shapes) {
  if (!node.attributes.contains("equation")) {
    throw InvalidModel("attribute 'equation' is missing");
  }
  return Parser(node.string_attribute("equation", ""), shapes).run();
}

/// Elements each axis steps over in an operand; a dimension of 1 is stretched.
std::vector<std::size_t> strides_of(const Contraction& contraction, std::size_t operand,
                                    const Shape& shape) {
  std::vector<std::size_t> strides(contraction.sizes.size(), 0);
  std::size_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (shape[d] != 1) strides[contraction.axes[operand][d]] += stride;
    stride *= static_cast<std::size_t>(shape[d]);
  }
  return strides;
}

/// Sums the products of all operands over the axes behind the output's, for one output element.
template <typename T>
class Summation {
 public:
  using Sum = SumOf<T>;

  Summation(const Contraction& contraction, std::span<const Tensor* const> inputs)
      : contraction_(contraction) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      data_.push_back(inputs[i]->data<T>().data());
      strides_.push_back(strides_of(contraction, i, inputs[i]->shape()));
    }
  }

  void run(T* out) {
    std::vector<const T*> at = data_;
    loop(0, at, out);
  }

 private:
  /// Walks the output's axes; `at` holds each operand's position and is put back.
  void loop(std::size_t axis, std::vector<const T*>& at, T*& out) {
    if (axis == contraction_.outputs) {
      *out++ = static_cast<T>(sum(axis, at));
      return;
    }
    for (std::int64_t i = 0; i < contraction_.sizes[axis]; ++i) {
      loop(axis + 1, at, out);
      step(axis, at, 1);
    }
    step(axis, at, -contraction_.sizes[axis]);
  }

  Sum sum(std::size_t axis, std::vector<const T*>& at) {
    const std::size_t axes = contraction_.sizes.size();
    if (axis == axes) return product(at);
    if (axis + 1 == axes && at.size() == 2) return dot(axis, at[0], at[1]);
    Sum total(0);
    for (std::int64_t i = 0; i < contraction_.sizes[axis]; ++i) {
      total += sum(axis + 1, at);
      step(axis, at, 1);
    }
    step(axis, at, -contraction_.sizes[axis]);
    return total;
  }

  Sum dot(std::size_t axis, const T* a, const T* b) const {
    Sum total(0);
    for (std::int64_t i = 0; i < contraction_.sizes[axis]; ++i) {
      total += static_cast<Sum>(*a) * static_cast<Sum>(*b);
      a += strides_[0][axis];
      b += strides_[1][axis];
    }
    return total;
  }

  static Sum product(const std::vector<const T*>& at) {
    Sum result(1);
    for (const T* value : at) result *= static_cast<Sum>(*value);
    return result;
  }

  void step(std::size_t axis, std::vector<const T*>& at, std::int64_t count) const {
    for (std::size_t i = 0; i < at.size(); ++i) {
      at[i] += static_cast<std::ptrdiff_t>(strides_[i][axis]) * count;
    }
  }

  const Contraction& contraction_;
  std::vector<const T*> data_;
  std::vector<std::vector<std::size_t>> strides_;
};

/// ONNX Einsum-12, as numpy.einsum: any number of operands, repeated letters (diagonals), ellipsis,
/// implicit output. Integers wrap.
class Einsum : public Operator {
 public:
  std::string_view op_type() const override { return "Einsum"; }

  std::vector<ValueInfo> infer(const InferContext& context) const override {
    const auto& first = required(context, 0);
    require_arithmetic(first);
    std::vector<Shape> shapes;
    for (std::size_t i = 0; i < context.inputs.size(); ++i) {
      require_same_type(first, required(context, i));
      shapes.push_back(required(context, i).shape);
    }
    Contraction contraction = contraction_of(context.node, shapes);
    contraction.sizes.resize(contraction.outputs);
    return {output_of(first.type, contraction.sizes)};
  }

  std::vector<Tensor> evaluate(const Node& node, std::int64_t opset,
                               std::span<const Tensor* const> inputs) const override {
    const auto info = infer_from(*this, node, opset, inputs).at(0);
    Tensor out(info.type, info.shape);
    if (out.count() == 0) return {std::move(out)};
    std::vector<Shape> shapes;
    for (const Tensor* input : inputs) shapes.push_back(input->shape());
    const Contraction contraction = contraction_of(node, shapes);
    // An empty sum leaves zeros; the loops would step over missing elements.
    if (element_count(contraction.sizes) == 0) return {std::move(out)};
    for_arithmetic(info.type, [&]<typename T>() {
      Summation<T>(contraction, inputs).run(out.data<T>().data());
    });
    return {std::move(out)};
  }
};

}  // namespace

std::unique_ptr<Operator> make_einsum() { return std::make_unique<Einsum>(); }

}  // namespace paretune::model
