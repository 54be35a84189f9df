#include "nn/losses.h"

#include <array>

#include "nn/sampling.h"
#include "tests/autograd/table/rows.h"

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

double huber_of(double e, double delta) {
  return std::abs(e) <= delta ? 0.5 * e * e : delta * (std::abs(e) - 0.5 * delta);
}
/// Where the derivative of huber does not bend: at |e| = delta it does.
std::function<bool(Arrays)> away_from(double delta) {
  return [delta](Arrays x) {
    for (std::size_t i = 0; i < x[0].values.size(); ++i) {
      if (std::abs(std::abs(x[0].values[i] - x[1].values[i]) - delta) < 0.05) return false;
    }
    return true;
  };
}

/// Rows of logits and targets.
std::vector<Shape> samples(Random& random, Limit limit) {
  const auto size = [&] { return random.below(std::min<Index>(limit.size, 100) + 1); };
  return std::vector(2, Shape{size(), size()});
}
/// For targets t of any sum.
Array softmax_cross_entropy_of(Arrays x) {
  const Index n = x[0].sizes[0], classes = x[0].sizes[1];
  double loss = 0;
  for (Index i = 0; i < n; ++i) {
    double sum = 0;
    for (Index j = 0; j < classes; ++j) sum += std::exp(x[0].at({i, j}));
    for (Index j = 0; j < classes; ++j) {
      loss -= x[1].at({i, j}) * std::log(std::exp(x[0].at({i, j})) / sum);
    }
  }
  return Array{{}, {loss / static_cast<double>(n)}};
}
/// Logits with a class or more, and the class of each row.
std::vector<Shape> classified(Random& random, Limit limit) {
  const Index size = std::min<Index>(limit.size, 100);
  return {{random.below(size + 1), 1 + random.below(size)}};
}
Index class_of(Index row, Index classes) { return row * 7 % classes; }
Variable with_classes(const Variable& logits) {
  std::vector<Index> classes;
  for (Index i = 0; i < logits.shape()[0]; ++i) classes.push_back(class_of(i, logits.shape()[1]));
  return nn::softmax_cross_entropy(logits, classes);
}
Array with_classes_of(Arrays x) {
  Array targets = tabulate(x[0].sizes, [&](const Indices& i) {
    return i[1] == class_of(i[0], x[0].sizes[1]) ? 1.0 : 0.0;
  });
  return softmax_cross_entropy_of(std::array{x[0], targets});
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
      {"binary_cross_entropy", "nn::binary_cross_entropy(p, t)", "y = mean of -t ln p - (1 - t) ln(1 - p), logarithms at least -100", "dp = dy ((1 - t) / (1 - p) - t / p) / n, divisors at least 1e-12, dt = dy (ln(1 - p) - ln p) / n", "two of one shape to ()", "unequal shapes"},
      {"huber", "nn::huber(x, t, delta)", "y = mean of e^2 / 2 where |e| <= delta, else of delta (|e| - delta / 2), e = x - t", "dx = dy e / n, e within -delta and delta, dt = -dx", "two of one shape to ()", "unequal shapes, delta not above 0"},
      {"softmax_cross_entropy", "nn::softmax_cross_entropy(z, t)", "y = sum of -t log_softmax(z) / n", "dz = dy (softmax(z) sum of t - t) / n, dt = -dy log_softmax(z) / n", "two of one shape (n, classes), or n class numbers, to ()", "other shapes, a class that is not there"},
      {"gaussian_kl", "nn::gaussian_kl(m, v)", "y = sum of (m^2 + e^v - 1 - v) / (2 n)", "dm = dy m / n, dv = dy (e^v - 1) / (2 n)", "two of one shape (n, ...) to ()", "unequal shapes, rank 0"},
      {"sample", "nn::sample(m, v, noise)", "z = m + e^(v / 2) noise", "dm = dz, dv = dz noise e^(v / 2) / 2", "three of one shape", "unequal shapes"},
  };
  family.rows = {
      // name, function, reference, shapes, range of the inputs
      {"bce_with_logits", [](Xs x) { return nn::bce_with_logits(x[0], x[1]); },
       mean_of([](double z, double t) { return -t * std::log(sigmoid_of(z)) - (1 - t) * std::log(sigmoid_of(-z)); }),
       equal(2)},
      {"mse", [](Xs x) { return nn::mse(x[0], x[1]); }, mean_of([](double x, double t) { return (x - t) * (x - t); }), equal(2)},
      {"mae", [](Xs x) { return nn::mae(x[0], x[1]); }, mean_of([](double x, double t) { return std::abs(x - t); }), equal(2)},
      {"binary_cross_entropy", [](Xs x) { return nn::binary_cross_entropy(Scalar(0.25) * x[0] + Scalar(0.5), x[1]); },
       mean_of([](double x, double t) { const double p = 0.25 * x + 0.5; return -t * std::log(p) - (1 - t) * std::log(1 - p); }), equal(2)},
      {"huber", [](Xs x) { return nn::huber(x[0], x[1]); }, mean_of([](double x, double t) { return huber_of(x - t, 1); }), equal(2), {-2, 2}, away_from(1)},
      {"huber_wide", [](Xs x) { return nn::huber(x[0], x[1], Scalar(2.5)); }, mean_of([](double x, double t) { return huber_of(x - t, 2.5); }), equal(2), {-2, 2}, away_from(2.5)},
      {"softmax_cross_entropy", [](Xs x) { return nn::softmax_cross_entropy(x[0], x[1]); }, softmax_cross_entropy_of, samples},
      {"softmax_cross_entropy_classes", [](Xs x) { return with_classes(x[0]); }, with_classes_of, classified},
      {"gaussian_kl", [](Xs x) { return nn::gaussian_kl(x[0], x[1]); }, gaussian_kl_of, equal(2, 1)},
      {"sample", [](Xs x) { return nn::sample(x[0], x[1], noise_of(x[0].shape())); }, sampled, equal(2)},
  };
  // clang-format on
  return family;
}

}  // namespace gradus::test
