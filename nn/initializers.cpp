#include "nn/initializers.h"

#include <cmath>

#include "tensor/error.h"

namespace gradus::nn {
namespace {

// That of dimension `axis`: 0 for the fan in, 1 for the fan out.
double fan(const Shape& shape, int axis) {
  if (shape.rank() != 2) {
    fail("[initializer] got shape {}, expected (fan_in, fan_out)", shape.str());
  }
  return static_cast<double>(shape[axis]);
}

Tensor uniform(const Shape& shape, double variance, Generator& random) {
  Tensor weight = Tensor::uninitialized(shape);
  const auto limit = static_cast<Scalar>(std::sqrt(3 * variance));
  random.fill_uniform(weight, -limit, limit);
  return weight;
}

Tensor normal(const Shape& shape, double variance, Generator& random) {
  Tensor weight = Tensor::uninitialized(shape);
  random.fill_normal(weight, 0, static_cast<Scalar>(std::sqrt(variance)));
  return weight;
}

double glorot(const Shape& shape) { return 2 / (fan(shape, 0) + fan(shape, 1)); }
double lecun(const Shape& shape) { return 1 / fan(shape, 0); }
double he(const Shape& shape) { return 2 / fan(shape, 0); }

}  // namespace

Tensor glorot_uniform(const Shape& s, Generator& random) { return uniform(s, glorot(s), random); }
Tensor glorot_normal(const Shape& s, Generator& random) { return normal(s, glorot(s), random); }
Tensor lecun_uniform(const Shape& s, Generator& random) { return uniform(s, lecun(s), random); }
Tensor lecun_normal(const Shape& s, Generator& random) { return normal(s, lecun(s), random); }
Tensor he_uniform(const Shape& s, Generator& random) { return uniform(s, he(s), random); }
Tensor he_normal(const Shape& s, Generator& random) { return normal(s, he(s), random); }

}  // namespace gradus::nn
