#include "autograd/reductions.h"

#include <algorithm>
#include <functional>

#include "autograd/arithmetic.h"
#include "autograd/operation.h"
#include "autograd/shaping.h"
#include "autograd/unary.h"
#include "tensor/softmax.h"

namespace gradus {
namespace {

Tensor summed_to(const Shape& shape, const Tensor& x) {
  Tensor y = Tensor::uninitialized(shape);
  sum_to(y, Write::overwrite, x);
  return y;
}
// How many elements of shape `from` there are for each of `to`.
Scalar count_of(const Shape& from, const Shape& to) {
  return static_cast<Scalar>(from.numel()) / static_cast<Scalar>(to.numel());
}

/// y = the mean of x;  dx = dy / n
struct Mean {
  static constexpr const char* kName = "mean";
  Shape to{}, from{};

  Tensor forward(const Tensor& x) {
    from = x.shape();
    Tensor y = Tensor::uninitialized(to);
    mean_to(y, x);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill([&](Tensor& dx, Write write) {
      map(
          dx, write, [n = count_of(from, to)](Scalar g) { return g / n; }, dy);
    });
  }
  Variables rule(const Variable& dy, const Recall&) const {
    return {broadcast_to(dy / count_of(from, to), from)};
  }
};
Variable mean_to(const Variable& x, const Shape& to) { return apply(Mean{to}, x); }

/// y = the largest or smallest x;  dx = dy / k at the k of x that are, else 0
template <bool kLargest>
struct Outermost {
  static constexpr const char* kName = kLargest ? "max" : "min";
  Shape to{};
  Saved x{0}, y{Saved::kOutput};

  Tensor forward(const Tensor& input) {
    if (input.numel() == 0 && to.numel() != 0) {
      fail("[{}] got shape {}, expected at least one element to choose from", kName,
           input.shape().str());
    }
    x = input;
    Tensor result = Tensor::uninitialized(to);
    kLargest ? max_to(result, input) : min_to(result, input);
    y = result;
    return result;
  }
  // 1 where x is the one that was chosen, or one of them.
  Tensor chosen() const {
    return mapped(
        kName, [](Scalar v, Scalar best) { return Scalar(v == best || v != v ? 1 : 0); }, x.get(),
        y.get());
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    const Tensor here = chosen();
    d[0].map([](Scalar c, Scalar g, Scalar k) { return c != 0 ? g / k : 0; }, here, dy,
             summed_to(to, here));
  }
  Variables rule(const Variable& dy, const Recall&) const {
    const Variable here(chosen());
    return {where(here, dy / sum_to(here, to), 0)};
  }
};

/// y = sum of (x - mean)^2 / m with m = n - correction;  dx = 2 dy (x - mean) / m
struct Var {
  static constexpr const char* kName = "var";
  int correction;
  Shape to{};
  Saved x{0};

  // Twice, because a large mean is rounded; the mean of what is left is small.
  Tensor centred() const {
    Tensor rest = x.get();
    for (int pass = 0; pass < 2; ++pass) {
      Tensor average = Tensor::uninitialized(to);
      mean_to(average, rest);
      rest = mapped(kName, std::minus<>(), rest, average);
    }
    return rest;
  }
  Scalar divisor() const {
    return std::max(Scalar(0), count_of(x.shape(), to) - static_cast<Scalar>(correction));
  }
  Tensor forward(const Tensor& input) {
    x = input;
    const Tensor squares = mapped([](Scalar v) { return v * v; }, centred());
    return mapped([m = divisor()](Scalar total) { return total / m; }, summed_to(to, squares));
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([m = divisor()](Scalar v, Scalar g) { return 2 * g * v / m; }, centred(), dy);
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable v = recall(x);
    const Variable rest = v - mean_to(v, to);
    return {2 * dy * (rest - mean_to(rest, to)) / divisor()};
  }
};

/// y = ln(sum of e^x) = m + ln s with m = max of x, s = sum of e^(x - m);  dx = dy e^(x - m) / s
struct LogSumExp {
  static constexpr const char* kName = "logsumexp";
  Shape to{};
  Saved x{0};
  Tensor most{}, total{};

  static Scalar part(Scalar v, Scalar largest) { return math::exp(below_largest(v, largest)); }

  Tensor forward(const Tensor& input) {
    x = input;
    most = Tensor::uninitialized(to);
    max_to(most, input);
    total = summed_to(to, mapped(kName, part, input, most));
    return mapped(
        kName, [](Scalar m, Scalar s) { return m + std::log(s); }, most, total);
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([](Scalar v, Scalar m, Scalar s, Scalar g) { return g * (part(v, m) / s); }, x.get(),
             most, total, dy);
  }
  // Not e^(x - y): where m is large, y has lost the digits of ln s. What x - m is where
  // both are infinite, no derivative depends on.
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable infinite(mapped(
        kName, [](Scalar v, Scalar m) { return Scalar(v == m && std::isinf(v) ? 1 : 0); }, x.get(),
        most));
    const Variable e = exp(where(infinite, 0, recall(x) - Variable(most)));
    return {dy * (e / sum_to(e, to))};
  }
};

// The operation with the shape that keeps the dimensions; they go afterwards, where they should.
template <class Op>
Variable reduced(Op op, const Variable& x, std::initializer_list<int> axes, bool keep_dims) {
  op.to = reduced_shape(Op::kName, x.shape(), axes, true);
  const Variable y = apply(std::move(op), x);
  return keep_dims ? y : reshape(y, reduced_shape(Op::kName, x.shape(), axes, false));
}

}  // namespace

Variable sum(const Variable& x, std::initializer_list<int> axes, bool keep_dims) {
  const Variable y = sum_to(x, reduced_shape("sum", x.shape(), axes, true));
  return keep_dims ? y : reshape(y, reduced_shape("sum", x.shape(), axes, false));
}
Variable mean(const Variable& x, std::initializer_list<int> axes, bool keep_dims) {
  return reduced(Mean{}, x, axes, keep_dims);
}
Variable max(const Variable& x, std::initializer_list<int> axes, bool keep_dims) {
  return reduced(Outermost<true>{}, x, axes, keep_dims);
}
Variable min(const Variable& x, std::initializer_list<int> axes, bool keep_dims) {
  return reduced(Outermost<false>{}, x, axes, keep_dims);
}
Variable var(const Variable& x, std::initializer_list<int> axes, bool keep_dims, int correction) {
  return reduced(Var{correction}, x, axes, keep_dims);
}
Variable logsumexp(const Variable& x, std::initializer_list<int> axes, bool keep_dims) {
  return reduced(LogSumExp{}, x, axes, keep_dims);
}

}  // namespace gradus
