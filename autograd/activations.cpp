#include "autograd/activations.h"

#include "autograd/extrema.h"
#include "autograd/unary.h"

namespace gradus {
namespace {

// Where e^-x and e^(-x^2 / 2) are 0 in float and double alike. Products of these
// and x are limited to there, since inf 0 would be NaN and not the limit.
constexpr Scalar kFar = 800, kNormalFar = 40;

/// The density of the standard normal distribution at x, |x| <= kNormalFar.
auto density(const auto& x) {
  using math::exp;
  return Scalar(0.39894228040143267794) * exp(Scalar(-0.5) * x * x);
}

/// y = x where x > 0, s x elsewhere;  dx = dy where x > 0, dy s elsewhere
struct LeakyRelu {
  static constexpr const char* kName = "leaky_relu";
  Scalar slope;
  Scalar value(Scalar x) const { return x > 0 ? x : slope * x; }
  auto from_input(const auto& dy, const auto& x) const { return dy * where(x > 0, 1, slope); }
};

/// y = P(x), the integral of the density p;  dx = dy p(x)
struct NormalCdf {
  static constexpr const char* kName = "normal_cdf";
  static Scalar value(Scalar x) { return math::normal_cdf(x); }
  static auto from_input(const auto& dy, const auto& x) {
    return dy * density(clip(x, -kNormalFar, kNormalFar));
  }
};

/// y = x P(x);  dx = dy (P(x) + x p(x))
struct Gelu {
  static constexpr const char* kName = "gelu";
  static Scalar value(Scalar x) {
    return (x < -kNormalFar ? -kNormalFar : x) * math::normal_cdf(x);
  }
  static auto from_input(const auto& dy, const auto& x) {
    using math::normal_cdf;
    const auto z = clip(x, -kNormalFar, kNormalFar);
    return dy * (normal_cdf(z) + z * density(z));
  }
};

/// y = x s with s = sigmoid(x);  dx = dy s (1 + x (1 - s))
struct Silu {
  static constexpr const char* kName = "silu";
  static Scalar value(Scalar x) { return (x < -kFar ? -kFar : x) * math::sigmoid(x); }
  static auto from_input(const auto& dy, const auto& x) {
    using math::sigmoid;
    const auto z = clip(x, -kFar, kFar);
    const auto s = sigmoid(z);
    return dy * (s * (1 + z * (1 - s)));
  }
};

}  // namespace

Variable leaky_relu(const Variable& x, Scalar slope) {
  return slope == 0 ? relu(x) : apply(Unary<LeakyRelu>{{slope}}, x);
}
Variable gelu(const Variable& x) { return apply(Unary<Gelu>{}, x); }
Variable silu(const Variable& x) { return apply(Unary<Silu>{}, x); }
Variable normal_cdf(const Variable& x) { return apply(Unary<NormalCdf>{}, x); }

}  // namespace gradus
