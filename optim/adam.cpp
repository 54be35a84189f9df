#include "optim/adam.h"

#include <cmath>

#include "tensor/checks.h"

namespace gradus::optim {

Adam::Adam(Parameters parameters, AdamOptions options)
    : Optimizer(std::move(parameters), {"mean", "mean_square"}, options.learning_rate),
      options_(options) {
  checked_share("Adam", "beta1", options.beta1);
  checked_share("Adam", "beta2", options.beta2);
  checked_positive("Adam", "epsilon", options.epsilon);
}

void Adam::begin_step() {
  const auto t = static_cast<double>(steps());
  mean_correction_ = static_cast<Scalar>(1 / (1 - std::pow(options_.beta1, t)));
  root_correction_ = static_cast<Scalar>(1 / std::sqrt(1 - std::pow(options_.beta2, t)));
}

void Adam::update(const Chunk& c) const {
  const Scalar beta1 = options_.beta1, beta2 = options_.beta2, epsilon = options_.epsilon;
  const Scalar rate = learning_rate() * mean_correction_, root = root_correction_;
  Scalar* const mean = c.moment[0];
  Scalar* const mean_square = c.moment[1];
#pragma omp simd
  for (Index i = 0; i < c.size; ++i) {
    const Scalar g = c.gradient[i];
    const Scalar m = beta1 * mean[i] + (1 - beta1) * g;
    const Scalar v = beta2 * mean_square[i] + (1 - beta2) * g * g;
    mean[i] = m;
    mean_square[i] = v;
    c.parameter[i] -= rate * m / (std::sqrt(v) * root + epsilon);
  }
}

}  // namespace gradus::optim
