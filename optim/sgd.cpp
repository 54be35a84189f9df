#include "optim/sgd.h"

#include "tensor/checks.h"

namespace gradus::optim {

SGD::SGD(Parameters parameters, SgdOptions options)
    : Optimizer(
          std::move(parameters),
          options.momentum > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{},
          options.learning_rate),
      options_(options) {
  checked_share("SGD", "momentum", options.momentum);
  if (options.nesterov && options.momentum == 0) {
    fail("[SGD] got nesterov without momentum, expected a momentum above 0");
  }
}

void SGD::update(const Chunk& c) const {
  const Scalar rate = learning_rate(), momentum = options_.momentum;
  if (momentum == 0) {
#pragma omp simd
    for (Index i = 0; i < c.size; ++i) c.parameter[i] -= rate * c.gradient[i];
    return;
  }
  Scalar* const velocity = c.moment[0];
#pragma omp simd
  for (Index i = 0; i < c.size; ++i) {
    const Scalar push = rate * c.gradient[i];
    const Scalar v = momentum * velocity[i] - push;
    velocity[i] = v;
    c.parameter[i] += options_.nesterov ? momentum * v - push : v;
  }
}

}  // namespace gradus::optim
