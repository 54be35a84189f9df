#include "tests/autograd/table/rows.h"

#include "nn/losses.h"
#include "nn/sampling.h"

namespace gradus::test {
namespace {

/// A loss: the mean over all elements of a function of prediction and target.
std::function<Array(Arrays)> mean_of(double (*loss)(double, double)) {
  return [loss](Arrays x) {
    double sum = 0;
    for (std::size_t i = 0; i < x[0].values.size(); ++i)
      sum += loss(x[0].values[i], x[1].values[i]);
    return Array{{}, {sum / static_cast<double>(x[0].values.size())}};
  };
}

/// Noise for nn::sample: number i is a function of i alone.
double noise_at(std::size_t i) { return 1.5 * std::sin(static_cast<double>(i) + 1); }
Tensor noise_of(const Shape& shape) {
  Tensor noise = Tensor::uninitialized(shape);
  std::size_t i = 0;
  for (Scalar& value : noise.mutable_data()) value = static_cast<Scalar>(noise_at(i++));
  return noise;
}
Array sampled(Arrays x) {
  Array z = x[0];
  for (std::size_t i = 0; i < z.values.size(); ++i) {
    z.values[i] += std::sqrt(std::exp(x[1].values[i])) * noise_at(i);
  }
  return z;
}

Array gaussian_kl_of(Arrays x) {
  double sum = 0;
  for (std::size_t i = 0; i < x[0].values.size(); ++i) {
    const double m = x[0].values[i], v = x[1].values[i];
    sum += 1 + v - std::exp(v) - m * m;
  }
  return Array{{}, {-0.5 * sum / static_cast<double>(x[0].sizes[0])}};
}

}  // namespace

Family loss_family() {
  Family family{"Losses and draws", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"bce_with_logits", "nn::bce_with_logits(z, t)", "y = mean of max(z, 0) - z t + ln(1 + e^-|z|)", "dz = dy (sigmoid(z) - t) / n, dt = -dy z / n", "two of one shape to ()", "unequal shapes"},
      {"mse", "nn::mse(x, t)", "y = mean of (x - t)^2", "dx = 2 dy (x - t) / n, dt = -dx", "two of one shape to ()", "unequal shapes"},
      {"mae", "nn::mae(x, t)", "y = mean of |x - t|", "dx = dy sign(x - t) / n, dt = -dx", "two of one shape to ()", "unequal shapes"},
      {"gaussian_kl", "nn::gaussian_kl(m, v)", "y = sum of (m^2 + e^v - 1 - v) / 2, by sample", "dm = dy m / n, dv = dy (e^v - 1) / (2 n)", "two of one shape (n, ...) to ()", "unequal shapes, rank 0"},
      {"sample", "nn::sample(m, v, noise)", "z = m + e^(v / 2) noise", "dm = dz, dv = dz noise e^(v / 2) / 2", "three of one shape", "unequal shapes"},
  };
  family.rows = {
      // name, function, reference, shapes, range of the inputs
      {"bce_with_logits", [](Xs x) { return nn::bce_with_logits(x[0], x[1]); },
       mean_of([](double z, double t) { return -t * std::log(sigmoid_of(z)) - (1 - t) * std::log(sigmoid_of(-z)); }),
       equal(2)},
      {"mse", [](Xs x) { return nn::mse(x[0], x[1]); }, mean_of([](double x, double t) { return (x - t) * (x - t); }), equal(2)},
      {"mae", [](Xs x) { return nn::mae(x[0], x[1]); }, mean_of([](double x, double t) { return std::abs(x - t); }), equal(2)},
      {"gaussian_kl", [](Xs x) { return nn::gaussian_kl(x[0], x[1]); }, gaussian_kl_of, equal(2, 1)},
      {"sample", [](Xs x) { return nn::sample(x[0], x[1], noise_of(x[0].shape())); }, sampled, equal(2)},
  };
  // clang-format on
  return family;
}

}  // namespace gradus::test
