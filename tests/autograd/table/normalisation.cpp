#include "tests/autograd/table/rows.h"

namespace gradus::test {
namespace {

/// A mask for dropout: number i is a function of i alone; three in five are kept.
double mask_at(std::size_t i) { return i * i % 5 < 2 ? 1 : 0; }
Tensor mask_of(const Shape& shape) {
  Tensor mask = Tensor::uninitialized(shape);
  std::size_t i = 0;
  for (Scalar& value : mask.mutable_data()) value = static_cast<Scalar>(mask_at(i++));
  return mask;
}

/// Input (..., n), gamma (n,) and beta (n,).
std::vector<Shape> features(Random& random, Limit limit) {
  const Indices input = any_sizes(random, limit, 1);
  return {Shape(input), {input.back()}, {input.back()}};
}

/// Mean and variance of x over the elements that the sizes `kept` lack or have as 1.
Array normalised(Arrays x, const Indices& kept, double epsilon) {
  const auto n = static_cast<double>(numel(x[0].sizes)) / static_cast<double>(numel(kept));
  Array mean = summed_to(x[0], kept);
  for (double& value : mean.values) value /= n;
  Array squares = x[0];
  tabulate(x[0].sizes, [&](const Indices& i) {
    const double d = x[0].at(i) - mean.at(i);
    return squares.at(i) = d * d;
  });
  Array variance = summed_to(squares, kept);
  for (double& value : variance.values) value /= n;
  return tabulate(x[0].sizes, [&](const Indices& i) {
    return x[1].at(i) * (x[0].at(i) - mean.at(i)) / std::sqrt(variance.at(i) + epsilon) +
           x[2].at(i);
  });
}
Array layer_normalised(Arrays x) {
  Indices kept = x[0].sizes;
  kept.back() = 1;
  return normalised(x, kept, 0.5);
}
Array batch_normalised(Arrays x) { return normalised(x, {x[0].sizes.back()}, 0.5); }

}  // namespace

Family normalisation_family() {
  Family family{"Dropout and normalisation", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"dropout", "dropout(x, rate, mask or generator)", "y = x / (1 - rate) where the mask is not 0, else 0", "dx = dy / (1 - rate) there, else 0", "any; the mask broadcasts to it", "a rate below 0, or of 1 and above; a mask that does not broadcast to x"},
      {"layer_norm", "layer_norm(x, gamma, beta, epsilon)", "y = gamma u + beta, u = (x - mean) r, r = 1 / sqrt(variance + epsilon), over the last dimension", "dx = r (g - mean of g - u mean of g u) with g = dy gamma, dgamma = sum of dy u, dbeta = sum of dy", "(..., n), (n,), (n,) to (..., n)", "shapes that do not fit, an epsilon that is not positive"},
      {"batch_norm", "batch_norm(x, gamma, beta, epsilon)", "as layer_norm, over all but the last dimension", "as of layer_norm", "(..., n), (n,), (n,) to (..., n)", "shapes that do not fit, an epsilon that is not positive"},
  };
  family.rows = {
      // name, function, reference, shapes, range of the inputs
      {"dropout", [](Xs x) { return dropout(x[0], Scalar(0.375), mask_of(x[0].shape())); },
       [](Arrays x) {
         Array y = x[0];
         for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] *= mask_at(i) / (1 - 0.375);
         return y;
       }, equal(1)},
      {"dropout_of_features", [](Xs x) { return dropout(x[0], Scalar(0.25), mask_of(Shape{x[0].shape()[x[0].shape().rank() - 1]})); },
       [](Arrays x) {
         return tabulate(x[0].sizes, [&](const Indices& i) { return x[0].at(i) * mask_at(static_cast<std::size_t>(i.back())) / 0.75; });
       }, equal(1, 1)},
      // A large epsilon keeps the functions smooth on the scale of the differences.
      {"layer_norm", [](Xs x) { return layer_norm(x[0], x[1], x[2], Scalar(0.5)); }, layer_normalised, features},
      {"batch_norm", [](Xs x) { return batch_norm(x[0], x[1], x[2], Scalar(0.5)); }, batch_normalised, features},
  };
  // clang-format on
  return family;
}

}  // namespace gradus::test
