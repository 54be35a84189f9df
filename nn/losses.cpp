#include "nn/losses.h"

#include "autograd/operation.h"
#include "autograd/shaping.h"
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
  Saved x{0}, t{1};

  Tensor forward(const Tensor& prediction, const Tensor& target) {
    if (prediction.shape() != target.shape()) {
      fail("[{}] got predictions {} and targets {}, expected equal shapes; try reshape", kName,
           prediction.shape().str(), target.shape().str());
    }
    x = prediction;
    t = target;
    const double sum =
        map_sum([](Scalar p, Scalar q) { return L::value(p, q); }, prediction, target);
    return Tensor::scalar(static_cast<Scalar>(sum / static_cast<double>(target.numel())));
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    const Scalar g = dy.item() / static_cast<Scalar>(x.get().numel());
    d[0].map([g](Scalar p, Scalar q) { return g * L::by_prediction(p, q); }, x.get(), t.get());
    d[1].map([g](Scalar p, Scalar q) { return g * L::by_target(p, q); }, x.get(), t.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable p = recall(x), q = recall(t);
    const Variable g = dy / static_cast<Scalar>(p.value().numel());
    return {g * L::by_prediction(p, q), g * L::by_target(p, q)};
  }
};

/// L = max(z, 0) - z t + log(1 + e^-|z|);  L_z = sigmoid(z) - t, L_t = -z
struct Bce {
  static constexpr const char* kName = "bce_with_logits";
  static Scalar value(Scalar z, Scalar t) {
    // The first two terms cancel for a sure and right prediction; were the
    // logarithm added to either before, its digits would be lost.
    const Scalar positive = z < 0 ? 0 : z;
    return (positive - z * t) + math::log1p_unit(math::exp(-std::abs(z)));
  }
  static Scalar by_prediction(Scalar z, Scalar t) { return math::sigmoid(z) - t; }
  static Variable by_prediction(const Variable& z, const Variable& t) { return sigmoid(z) - t; }
  template <class T>
  static T by_target(const T& z, const T&) {
    return -z;
  }
};

/// L = (x - t)^2;  L_x = 2 (x - t), L_t = -L_x
struct SquaredError {
  static constexpr const char* kName = "mse";
  static Scalar value(Scalar x, Scalar t) { return (x - t) * (x - t); }
  template <class T>
  static T by_prediction(const T& x, const T& t) {
    return 2 * (x - t);
  }
  template <class T>
  static T by_target(const T& x, const T& t) {
    return 2 * (t - x);
  }
};

/// L = |x - t|;  L_x = sign(x - t), L_t = -L_x
struct AbsoluteError {
  static constexpr const char* kName = "mae";
  static Scalar value(Scalar x, Scalar t) { return std::abs(x - t); }
  template <class T>
  static T by_prediction(const T& x, const T& t) {
    return function::Abs::derivative(x - t);
  }
  template <class T>
  static T by_target(const T& x, const T& t) {
    return function::Abs::derivative(t - x);
  }
};

/// The divergence of N(m, e^v) from N(0, 1). Near 0, where e^v - 1 has digits
/// that e^v has not, it is about (m^2 + v^2 / 2) / 2.
constexpr auto kl = [](Scalar m, Scalar v) { return Scalar(0.5) * (m * m + (math::expm1(v) - v)); };

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
    return {g * recall(m), g * Scalar(0.5) * (exp(recall(v)) - 1)};
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
