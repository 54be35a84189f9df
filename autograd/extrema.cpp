#include "autograd/extrema.h"

#include <cmath>
#include <limits>

#include "autograd/unary.h"

namespace gradus {
namespace {

/// c = a where a > b, b where b > a;  da = dc, dc / 2 or 0 where a > b, a = b or a < b;
/// or for the smaller, where < stands for > and > for <
template <bool kLarger>
struct Extremum {
  static constexpr const char* kName = kLarger ? "maximum" : "minimum";
  Saved a{0}, b{1};
  static auto wins(const auto& a, const auto& b) { return kLarger ? a > b : a < b; }
  // What `own` gets of the gradient g.
  static auto share(const auto& g, const auto& own, const auto& other) {
    return where(wins(own, other), g, where(own == other, Scalar(0.5) * g, 0));
  }

  Tensor forward(const Tensor& x, const Tensor& y) {
    a = x;
    b = y;
    return mapped(
        kName, [](Scalar p, Scalar q) { return wins(p, q) || std::isnan(p) ? p : q; }, x, y);
  }
  void backward(const Tensor& dc, const Gradients& d) const {
    const auto kernel = [](Scalar g, Scalar p, Scalar q) { return share(g, p, q); };
    d[0].map(kernel, dc, a.get(), b.get());
    d[1].map(kernel, dc, b.get(), a.get());
  }
  Variables rule(const Variable& dc, const Recall& recall) const {
    const Variable x = recall(a), y = recall(b);
    return {share(dc, x, y), share(dc, y, x)};
  }
};

/// y = x, or the bound beyond which x is;  dx = dy where low <= x <= high, else 0
struct Clip {
  static constexpr const char* kName = "clip";
  Scalar low, high;
  Scalar value(Scalar x) const { return clip(x, low, high); }
  auto from_input(const auto& dy, const auto& x) const {
    return where(x >= low, where(x <= high, dy, 0), 0);
  }
};

}  // namespace

Variable minimum(const Variable& a, const Variable& b) { return apply(Extremum<false>{}, a, b); }
Variable maximum(const Variable& a, const Variable& b) { return apply(Extremum<true>{}, a, b); }

Variable clip(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high) {
  constexpr Scalar kInfinity = std::numeric_limits<Scalar>::infinity();
  const Scalar l = low.value_or(-kInfinity), h = high.value_or(kInfinity);
  if (!(l <= h)) {
    fail("[clip] got bounds {} and {}, expected low <= high; try the other order", l, h);
  }
  return apply(Unary<Clip>{{l, h}}, x);
}

}  // namespace gradus
