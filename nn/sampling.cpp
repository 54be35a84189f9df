#include "nn/sampling.h"

#include <functional>

#include "autograd/operation.h"
#include "autograd/unary.h"

namespace gradus::nn {
namespace {

/// z = m + e^(v / 2) n;  dm = dz, dv = dz n e^(v / 2) / 2, and none for the noise n
struct Sample {
  static constexpr const char* kName = "sample";
  Saved v{1}, n{2};

  Tensor forward(const Tensor& mean, const Tensor& log_var, const Tensor& noise) {
    if (mean.shape() != log_var.shape() || mean.shape() != noise.shape()) {
      fail("[sample] got mean {}, log_var {} and noise {}, expected equal shapes",
           mean.shape().str(), log_var.shape().str(), noise.shape().str());
    }
    v = log_var;
    n = noise;
    return mapped(
        kName, [](Scalar m, Scalar w, Scalar e) { return m + math::exp(w / 2) * e; }, mean, log_var,
        noise);
  }
  void backward(const Tensor& dz, const Gradients& d) const {
    d[0].map(std::identity(), dz);
    d[1].map([](Scalar g, Scalar w, Scalar e) { return g * e * math::exp(w / 2) / 2; }, dz, v.get(),
             n.get());
  }
  Variables rule(const Variable& dz, const Recall& recall) const {
    return {dz, dz * recall(n) * exp(recall(v) / 2) / 2};
  }
};

}  // namespace

Variable sample(const Variable& mean, const Variable& log_var, const Tensor& noise) {
  return apply(Sample{}, mean, log_var, Variable(noise));
}

Variable Sampling::operator()(const Variable& mean, const Variable& log_var) {
  return call([&] {
    Tensor noise = Tensor::uninitialized(mean.shape());
    generator_.fill_normal(noise, 0, 1);
    return sample(mean, log_var, noise);
  });
}

}  // namespace gradus::nn
