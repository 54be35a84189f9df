#include "autograd/extrema.h"

#include <cmath>
#include <limits>

#include "autograd/arithmetic.h"
#include "autograd/operation.h"

namespace gradus {
namespace {

/// c = a where a > b, b where b > a;  da = dc, dc / 2 or 0 where a > b, a = b or a < b
struct Maximum {
  static constexpr const char* kName = "maximum";
  static auto wins(const auto& a, const auto& b) { return a > b; }
};

/// c = a where a < b, b where b < a;  da = dc, dc / 2 or 0 where a < b, a = b or a > b
struct Minimum {
  static constexpr const char* kName = "minimum";
  static auto wins(const auto& a, const auto& b) { return a < b; }
};

/// The operation of either.
template <class F>
struct Extremum {
  static constexpr const char* kName = F::kName;
  Saved a{0}, b{1};
  // What `own` gets of the gradient g.
  static auto share(const auto& g, const auto& own, const auto& other) {
    return where(F::wins(own, other), g, where(own == other, Scalar(0.5) * g, 0));
  }

  Tensor forward(const Tensor& x, const Tensor& y) {
    a = x;
    b = y;
    return mapped(
        kName, [](Scalar p, Scalar q) { return F::wins(p, q) || std::isnan(p) ? p : q; }, x, y);
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
  Saved x{0};
  Tensor forward(const Tensor& input) {
    x = input;
    return mapped([l = low, h = high](Scalar v) { return clip(v, l, h); }, input);
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([l = low, h = high](Scalar g, Scalar v) { return v >= l && v <= h ? g : 0; }, dy,
             x.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable v = recall(x);
    return {where((v >= low) * (v <= high), dy, 0)};
  }
};

}  // namespace

Variable minimum(const Variable& a, const Variable& b) { return apply(Extremum<Minimum>{}, a, b); }
Variable maximum(const Variable& a, const Variable& b) { return apply(Extremum<Maximum>{}, a, b); }

Variable clip(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high) {
  constexpr Scalar kInfinity = std::numeric_limits<Scalar>::infinity();
  const Scalar l = low.value_or(-kInfinity), h = high.value_or(kInfinity);
  if (!(l <= h)) {
    fail("[clip] got bounds {} and {}, expected low <= high; try the other order", l, h);
  }
  return apply(Clip{l, h}, x);
}

}  // namespace gradus
