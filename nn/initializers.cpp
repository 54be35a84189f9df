#include "nn/initializers.h"

#include <cmath>

#include "tensor/error.h"

namespace gradus::nn {
namespace {

struct Fans {
  double in, out;
};

Fans fans(const Shape& shape) {
  if (shape.rank() != 2) {
    fail("[initializer] got shape {}, expected (fan_in, fan_out)", shape.str());
  }
  return {static_cast<double>(shape[0]), static_cast<double>(shape[1])};
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

double glorot(const Shape& shape) { return 2 / (fans(shape).in + fans(shape).out); }
double lecun(const Shape& shape) { return 1 / fans(shape).in; }
double he(const Shape& shape) { return 2 / fans(shape).in; }

}  // namespace

Tensor glorot_uniform(const Shape& s, Generator& random) { return uniform(s, glorot(s), random); }
Tensor glorot_normal(const Shape& s, Generator& random) { return normal(s, glorot(s), random); }
Tensor lecun_uniform(const Shape& s, Generator& random) { return uniform(s, lecun(s), random); }
Tensor lecun_normal(const Shape& s, Generator& random) { return normal(s, lecun(s), random); }
Tensor he_uniform(const Shape& s, Generator& random) { return uniform(s, he(s), random); }
Tensor he_normal(const Shape& s, Generator& random) { return normal(s, he(s), random); }

}  // namespace gradus::nn
