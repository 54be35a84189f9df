#include "optim/rmsprop.h"

#include <cmath>

#include "tensor/checks.h"

namespace gradus::optim {

RMSprop::RMSprop(Parameters parameters, RmspropOptions options)
    : Optimizer(std::move(parameters), {"mean_square"}, options.learning_rate), options_(options) {
  checked_share("RMSprop", "rho", options.rho);
  checked_positive("RMSprop", "epsilon", options.epsilon);
}

void RMSprop::update(const Chunk& c) const {
  const Scalar rate = learning_rate(), rho = options_.rho, epsilon = options_.epsilon;
  Scalar* const mean_square = c.moment[0];
#pragma omp simd
  for (Index i = 0; i < c.size; ++i) {
    const Scalar g = c.gradient[i];
    const Scalar v = rho * mean_square[i] + (1 - rho) * g * g;
    mean_square[i] = v;
    c.parameter[i] -= rate * g / (std::sqrt(v) + epsilon);
  }
}

}  // namespace gradus::optim
