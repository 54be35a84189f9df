#include "autograd/power.h"

#include <limits>

#include "autograd/extrema.h"
#include "autograd/unary.h"

namespace gradus {
namespace {

// An infinite exponent is made finite where it is a factor: where |a| < 1 the power
// beside it is 0, and so must be their product.
constexpr Scalar kMost = std::numeric_limits<Scalar>::max();

// d a^b / da = b a^(b-1); 0 for b = 0, whatever the base.
auto by_base(const auto& a, const auto& b) {
  using std::pow;
  return clip(b, -kMost, kMost) * pow(where(b == 0, 1, a), b - 1);
}

// d a^b / db = c ln a with c = a^b; 0 where its limit is, since c goes to 0 faster.
auto by_exponent(const auto& a, const auto& b, const auto& c) {
  using std::log;
  const auto none = where(a > 0, c == 0, where(a == 0, b >= 0, 0));
  return c * log(where(none != 0, 1, a));
}

/// c = a^b;  da = dc b a^(b-1), db = dc c ln a
struct Pow {
  static constexpr const char* kName = "pow";
  Saved a{0}, b{1}, c{Saved::kOutput};
  Tensor forward(const Tensor& x, const Tensor& y) {
    a = x;
    b = y;
    c = mapped(
        kName, [](Scalar p, Scalar q) { return std::pow(p, q); }, x, y);
    return c.get();
  }
  void backward(const Tensor& dc, const Gradients& d) const {
    d[0].map([](Scalar g, Scalar p, Scalar q) { return g * by_base(p, q); }, dc, a.get(), b.get());
    d[1].map([](Scalar g, Scalar p, Scalar q, Scalar r) { return g * by_exponent(p, q, r); }, dc,
             a.get(), b.get(), c.get());
  }
  Variables rule(const Variable& dc, const Recall& recall) const {
    const Variable p = recall(a), q = recall(b);
    return {dc * by_base(p, q), dc * by_exponent(p, q, recall(c))};
  }
};

/// y = x^n;  dx = dy n x^(n-1)
struct PowTo {
  static constexpr const char* kName = "pow";
  Scalar exponent;
  Scalar value(Scalar x) const { return std::pow(x, exponent); }
  Scalar from_input(Scalar dy, Scalar x) const {
    return exponent == 0 ? 0 : dy * by_base(x, exponent);
  }
  Variable from_input(const Variable& dy, const Variable& x) const {
    if (exponent == 0) return 0;
    return dy * (clip(exponent, -kMost, kMost) * pow(x, exponent - 1));
  }
};

}  // namespace

Variable pow(const Variable& a, const Variable& b) { return apply(Pow{}, a, b); }
Variable pow(const Variable& x, Scalar exponent) {
  return exponent == 2 ? square(x) : apply(Unary<PowTo>{{exponent}}, x);
}

}  // namespace gradus
