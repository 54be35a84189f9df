#include "nn/losses.h"

#include "autograd/operation.h"
#include "autograd/unary.h"

namespace gradus::nn {
namespace {

/// y = mean of L(x, t) over all elements;  dx = dy L_x(x, t) / n, dt = dy L_t(x, t) / n
///
/// `L` gives the loss of one element and its two derivatives, the latter
/// written once for numbers and Variables.
template <class L>
struct MeanLoss {
  static constexpr const char* kName = L::kName;
  L loss{};
  Saved x{0}, t{1};

  Tensor forward(const Tensor& prediction, const Tensor& target) {
    if (prediction.shape() != target.shape()) {
      fail("[{}] got predictions {} and targets {}, expected equal shapes; try reshape", kName,
           prediction.shape().str(), target.shape().str());
    }
    x = prediction;
    t = target;
    const double sum =
        map_sum([l = loss](Scalar p, Scalar q) { return l.value(p, q); }, prediction, target);
    return Tensor::scalar(static_cast<Scalar>(sum / static_cast<double>(target.numel())));
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    const Scalar g = dy.item() / static_cast<Scalar>(x.get().numel());
    d[0].map([g, l = loss](Scalar p, Scalar q) { return g * l.by_prediction(p, q); }, x.get(),
             t.get());
    d[1].map([g, l = loss](Scalar p, Scalar q) { return g * l.by_target(p, q); }, x.get(), t.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable p = recall(x), q = recall(t);
    const Variable g = dy / static_cast<Scalar>(p.value().numel());
    return {g * loss.by_prediction(p, q), g * loss.by_target(p, q)};
  }
};

/// L = |z| s + log(1 + e^-|z|), where s, t or 1 - t, is how much speaks against the
/// sign of z;  L_z = sigmoid(z) - t, L_t = -z
struct Bce {
  static constexpr const char* kName = "bce_with_logits";
  static Scalar value(Scalar z, Scalar t) {
    const Scalar size = std::abs(z), against = z < 0 ? t : 1 - t;
    return (against == 0 ? 0 : size * against) + math::log1p_unit(math::exp(-size));
  }
  static Scalar by_prediction(Scalar z, Scalar t) { return math::sigmoid(z) - t; }
  static Variable by_prediction(const Variable& z, const Variable& t) { return sigmoid(z) - t; }
  static auto by_target(const auto& z, const auto&) { return -z; }
};

/// L = (x - t)^2;  L_x = 2 (x - t), L_t = -L_x
struct SquaredError {
  static constexpr const char* kName = "mse";
  static Scalar value(Scalar x, Scalar t) { return (x - t) * (x - t); }
  static auto by_prediction(const auto& x, const auto& t) { return 2 * (x - t); }
  static auto by_target(const auto& x, const auto& t) { return 2 * (t - x); }
};

/// L = |x - t|;  L_x = sign(x - t), L_t = -L_x
struct AbsoluteError {
  static constexpr const char* kName = "mae";
  static Scalar value(Scalar x, Scalar t) { return std::abs(x - t); }
  static auto by_prediction(const auto& x, const auto& t) {
    return function::Abs::from_input(Scalar(1), x - t);
  }
  static auto by_target(const auto& x, const auto& t) {
    return function::Abs::from_input(Scalar(1), t - x);
  }
};

/// L = -t ln p - (1 - t) ln(1 - p);  L_p = (1 - t) / (1 - p) - t / p, L_t = ln(1 - p) - ln p;
/// logarithms are at least -100, divisors at least 1e-12.
struct ProbabilityBce {
  static constexpr const char* kName = "binary_cross_entropy";
  static constexpr Scalar kLeastLog = -100, kLeast = Scalar(1e-12);
  static Scalar value(Scalar p, Scalar t) {
    // What is known for certain costs nothing; log1p keeps the digits of a small p.
    const Scalar yes = std::log(p), no = std::log1p(-p);
    return -t * clamped(yes) - (1 - t) * clamped(no);
  }
  static auto by_prediction(const auto& p, const auto& t) {
    return (1 - t) / at_least(1 - p) - t / at_least(p);
  }
  static Scalar by_target(Scalar p, Scalar) {
    return clamped(std::log1p(-p)) - clamped(std::log(p));
  }
  static Variable by_target(const Variable& p, const Variable&) {
    return clamped_log(1 - p) - clamped_log(p);
  }

 private:
  static Scalar clamped(Scalar log) { return log < kLeastLog ? kLeastLog : log; }
  static auto at_least(const auto& p) { return where(p < kLeast, kLeast, p); }
  // Where the clamp holds, no derivative meets the logarithm.
  static Variable clamped_log(const Variable& p) {
    const Variable low = log(p.detach()) < kLeastLog;
    return where(low, kLeastLog, log(where(low, 1, p)));
  }
};

/// With e = x - t:  L = e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2);
/// L_x = e, at least -delta and at most delta, L_t = -L_x
struct Huber {
  static constexpr const char* kName = "huber";
  Scalar delta;
  Scalar value(Scalar x, Scalar t) const {
    const Scalar size = std::abs(x - t);
    return size <= delta ? size * size / 2 : delta * (size - delta / 2);
  }
  auto by_prediction(const auto& x, const auto& t) const {
    const auto e = x - t;
    return where(e > delta, delta, where(-e > delta, -delta, e));
  }
  auto by_target(const auto& x, const auto& t) const { return by_prediction(t, x); }
};

/// The divergence of N(m, e^v) from N(0, 1). Near 0, where e^v - 1 has digits
/// that e^v has not, it is about (m^2 + v^2 / 2) / 2.
constexpr auto kl = [](Scalar m, Scalar v) {
  constexpr Scalar kFar = 800;  // e^v is infinite there, and so would be v
  return Scalar(0.5) * (m * m + (math::expm1(v) - (v > kFar ? kFar : v)));
};

void check_gaussian(const char* name, const Shape& mean, const Shape& log_var) {
  if (mean != log_var || mean.rank() == 0) {
    fail("[{}] got mean {} and log_var {}, expected equal shapes (samples, ...)", name, mean.str(),
         log_var.str());
  }
}

/// y = sum of kl(m, v) / n, for n samples;  dm = dy m / n, dv = dy (e^v - 1) / (2 n)
struct GaussianKl {
  static constexpr const char* kName = "gaussian_kl";
  Saved m{0}, v{1};

  Tensor forward(const Tensor& mean, const Tensor& log_var) {
    check_gaussian(kName, mean.shape(), log_var.shape());
    m = mean;
    v = log_var;
    return Tensor::scalar(
        static_cast<Scalar>(map_sum(kl, mean, log_var) / static_cast<double>(mean.shape()[0])));
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    const Scalar g = dy.item() / static_cast<Scalar>(m.get().shape()[0]);
    d[0].map([g](Scalar a) { return g * a; }, m.get());
    d[1].map([g](Scalar b) { return g * Scalar(0.5) * math::expm1(b); }, v.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable g = dy / static_cast<Scalar>(m.get().shape()[0]);
    return {g * recall(m), g * Scalar(0.5) * expm1(recall(v))};
  }
};

}  // namespace

Variable bce_with_logits(const Variable& logits, const Variable& targets) {
  return apply(MeanLoss<Bce>{}, logits, targets);
}
Variable mse(const Variable& predictions, const Variable& targets) {
  return apply(MeanLoss<SquaredError>{}, predictions, targets);
}
Variable mae(const Variable& predictions, const Variable& targets) {
  return apply(MeanLoss<AbsoluteError>{}, predictions, targets);
}
Variable binary_cross_entropy(const Variable& probabilities, const Variable& targets) {
  return apply(MeanLoss<ProbabilityBce>{}, probabilities, targets);
}
Variable huber(const Variable& predictions, const Variable& targets, Scalar delta) {
  if (!(delta > 0)) fail("[huber] got delta {}, expected more than 0", delta);
  return apply(MeanLoss<Huber>{{delta}}, predictions, targets);
}
Variable gaussian_kl(const Variable& mean, const Variable& log_var) {
  return apply(GaussianKl{}, mean, log_var);
}

Tensor gaussian_kl_per_dimension(const Tensor& mean, const Tensor& log_var) {
  check_gaussian("gaussian_kl_per_dimension", mean.shape(), log_var.shape());
  const Tensor each = mapped("gaussian_kl_per_dimension", kl, mean, log_var);
  Tensor total = Tensor::uninitialized(mean.shape().without(0));
  sum_to(total, Write::overwrite, each);
  const auto n = static_cast<Scalar>(mean.shape()[0]);
  return mapped([n](Scalar sum) { return sum / n; }, total);
}

}  // namespace gradus::nn
