#include "nn/normalisation.h"

#include "autograd/arithmetic.h"
#include "autograd/dropout.h"
#include "autograd/normalisation.h"
#include "autograd/unary.h"
#include "nn/mode.h"
#include "tensor/checks.h"
#include "tensor/map.h"

namespace gradus::nn {
namespace {

Shape checked_features(const char* layer, Index features) {
  if (features < 1) fail("[{}] got {} features, expected at least 1", layer, features);
  return {features};
}

std::uint64_t seed_from(Generator& random) {
  const std::uint64_t high = random.bits();
  return high << 32 | random.bits();
}

}  // namespace

Dropout::Dropout(Scalar rate, Generator& random)
    : rate_(checked_share("Dropout", "rate", rate)), generator_(seed_from(random)) {}

Variable Dropout::forward(const Variable& x) {
  if (training()) return dropout(x, rate_, generator_);
  return grad_enabled() ? x : x.detach();
}

LayerNorm::LayerNorm(Index features, Scalar epsilon)
    : gamma(Tensor::ones(checked_features("LayerNorm", features))),
      beta(Tensor::zeros({features})),
      epsilon_(checked_positive("LayerNorm", "epsilon", epsilon)) {}

Variable LayerNorm::forward(const Variable& x) { return layer_norm(x, gamma, beta, epsilon_); }

void LayerNorm::reflect(Reflector& r) {
  r("gamma", gamma);
  r("beta", beta);
}

BatchNorm::BatchNorm(Index features, Scalar momentum, Scalar epsilon)
    : gamma(Tensor::ones(checked_features("BatchNorm", features))),
      beta(Tensor::zeros({features})),
      running_mean(Tensor::zeros({features})),
      running_variance(Tensor::ones({features})),
      momentum_(checked_share("BatchNorm", "momentum", momentum)),
      epsilon_(checked_positive("BatchNorm", "epsilon", epsilon)) {}

Variable BatchNorm::forward(const Variable& x) {
  if (training() && gamma.requires_grad()) {
    BatchStatistics batch;
    Variable y = batch_norm(x, gamma, beta, epsilon_, &batch);
    if (x.value().numel() > 0) {
      follow(running_mean, batch.mean);
      follow(running_variance, batch.variance);
    }
    return y;
  }
  const int last = x.shape().rank() - 1;
  if (last < 0 || x.shape()[last] != gamma.shape()[0]) {
    fail("[BatchNorm] got input {}, expected (..., {})", x.shape().str(), gamma.shape()[0]);
  }
  const Variable scale = gamma / sqrt(Variable(running_variance.value()) + epsilon_);
  return (x - Variable(running_mean.value())) * scale + beta;
}

void BatchNorm::follow(Buffer& running, const Tensor& batch) const {
  const auto step = [m = momentum_](Scalar r, Scalar b) { return m * r + (1 - m) * b; };
  map(running.value(), Write::overwrite, step, running.value(), batch);
}

void BatchNorm::reflect(Reflector& r) {
  r("gamma", gamma);
  r("beta", beta);
  r("running_mean", running_mean);
  r("running_variance", running_variance);
}

}  // namespace gradus::nn
