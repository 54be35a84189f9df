// Normalisation beyond what the table says of every operation: hand-worked
// numbers, and groups that have no spread, no size or no end.
#include "autograd/normalisation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "autograd/engine.h"
#include "tensor/random.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::expect_near;
using test::kClose;
using test::same_bits;

using Norm = Variable (*)(const Variable&, const Variable&, const Variable&, Scalar);
Variable batch(const Variable& x, const Variable& gamma, const Variable& beta, Scalar epsilon) {
  return batch_norm(x, gamma, beta, epsilon);
}
constexpr std::array<Norm, 2> kBoth{layer_norm, batch};

Variable leaf(const Shape& shape, Scalar value) {
  return Variable(Tensor::full(shape, value), true);
}

// Row 1, 3: mean 2, variance 1; with epsilon 3 the root is 2: u = -0.5, 0.5.
// Row 2, 6: mean 4, variance 4; the root is sqrt 7.
TEST(LayerNorm, OfAHandWorkedExample) {
  const Variable x(Tensor::from({2, 2}, {1, 3, 2, 6}), true);
  const Variable gamma(Tensor::from({2}, {10, 20}), true), beta(Tensor::from({2}, {1, 2}), true);
  const Variable y = layer_norm(x, gamma, beta, 3);
  const double u = 2 / std::sqrt(7.0);
  expect_near(y.value(), {-4, 12, 1 - 10 * u, 2 + 20 * u}, 10 * kClose);
  // From dy = 1, 1 on the first row: g = 10, 20; mean 15, mean of g u = 2.5;
  //   dx = (10 - 15 + 1.25) / 2, (20 - 15 - 1.25) / 2
  y.backward(Tensor::from({2, 2}, {1, 1, 0, 0}));
  expect_near(x.grad(), {-1.875, 1.875, 0, 0});
  expect_near(gamma.grad(), {-0.5, 0.5});
  expect_near(beta.grad(), {1, 1});
}

// Columns 1, 3 and 2, 6, as above.
TEST(BatchNorm, OfAHandWorkedExampleAndItsStatistics) {
  const Variable x(Tensor::from({2, 2}, {1, 2, 3, 6}), true);
  const Variable gamma(Tensor::from({2}, {10, 20}), true), beta(Tensor::from({2}, {1, 2}), true);
  BatchStatistics statistics;
  const Variable y = batch_norm(x, gamma, beta, 3, &statistics);
  const double u = 2 / std::sqrt(7.0);
  expect_near(y.value(), {-4, 2 - 20 * u, 6, 2 + 20 * u}, 10 * kClose);
  expect_near(statistics.mean, {2, 4});
  expect_near(statistics.variance, {1, 4});  // divided by n
  // From dy = 1, 0 in the first column: mean 5, mean of g u = -2.5;
  //   dx = (10 - 5 - 1.25) / 2, (0 - 5 + 1.25) / 2
  y.backward(Tensor::from({2, 2}, {1, 0, 0, 0}));
  expect_near(x.grad(), {1.875, 0, -1.875, 0});
  expect_near(gamma.grad(), {-0.5, 0});
  expect_near(beta.grad(), {1, 0});
}

/// Expects y = beta and no gradient by x, by kernels and by the rule. A mean is off
/// by its last bit at most; an epsilon of 10^-3 makes some 30 of that.
void expect_only_beta(Norm norm, const Tensor& values) {
  const Index n = values.shape()[values.rank() - 1];
  const Variable x(values, true), gamma = leaf({n}, 3), beta = leaf({n}, Scalar(0.25));
  const Variable y = norm(x, gamma, beta, Scalar(1e-3));
  Tensor seed = Tensor::full(values.shape(), 2);
  const std::vector<Variable> rule = grad(y, std::array{x, gamma, beta}, Variable(seed));
  y.backward(seed);
  for (const Scalar v : y.value().data())
    EXPECT_NEAR(v, 0.25, test::kFloat ? kClose : 100 * kClose);
  for (const Variable& by : {x, gamma}) {
    for (const Scalar g : by.grad().data()) EXPECT_NEAR(g, 0, 200 * kClose);
  }
  for (int i : {0, 1}) {
    for (const Scalar g : rule[static_cast<std::size_t>(i)].value().data()) {
      EXPECT_NEAR(g, 0, 200 * kClose);
    }
  }
}

TEST(Normalisation, ConstantFeaturesGiveBetaAndNoGradient) {
  for (const Norm norm : kBoth) {
    for (const double v : {0.0, -0.0, 0.1, -7.3, 1e-40}) {
      expect_only_beta(norm, Tensor::full({5, 37}, static_cast<Scalar>(v)));
    }
  }
}

TEST(Normalisation, AGroupOfOneElementGivesBetaAndNoGradient) {
  const auto drawn = [](const Shape& shape) {
    Tensor x = Tensor::uninitialized(shape);
    Generator(1).fill_normal(x, 3, 2);
    return x;
  };
  expect_only_beta(layer_norm, drawn({37, 1}));
  expect_only_beta(batch, drawn({1, 37}));
  expect_only_beta(batch, drawn({37}));
}

TEST(Normalisation, OfNothingGivesNothingAndNoGradient) {
  for (const Norm norm : kBoth) {
    for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}, Shape{0}, Shape{2, 0, 3}}) {
      const Index n = shape[shape.rank() - 1];
      const Variable x = leaf(shape, 1), gamma = leaf({n}, 3), beta = leaf({n}, 1);
      const Variable y = norm(x, gamma, beta, 1);
      const std::array inputs{x, gamma, beta};
      const std::vector<Variable> rule = grad(y, inputs, Variable(Tensor::ones(shape)));
      y.backward(Tensor::ones(shape));
      EXPECT_EQ(y.shape(), shape);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_TRUE(same_bits(inputs[i].grad(), Tensor::zeros(inputs[i].shape()))) << shape.str();
        EXPECT_TRUE(same_bits(rule[i].value(), Tensor::zeros(inputs[i].shape()))) << shape.str();
      }
    }
  }
  BatchStatistics statistics;
  batch_norm(leaf({0, 2}, 1), leaf({2}, 1), leaf({2}, 1), 1, &statistics);
  expect_near(statistics.mean, {0, 0});
  expect_near(statistics.variance, {0, 0});
}

// The digits of a large mean do not count: x = 10^4 + 0, 1, 2, ...
TEST(Normalisation, ALargeMeanCostsNoDigits) {
  Tensor near = Tensor::uninitialized({8, 8}), far = near.clone();
  for (Index i = 0; i < 64; ++i) {
    const Index value = i * i % 11;
    near.mutable_data()[static_cast<std::size_t>(i)] = static_cast<Scalar>(value);
    far.mutable_data()[static_cast<std::size_t>(i)] = static_cast<Scalar>(10'000 + value);
  }
  for (const Norm norm : kBoth) {
    const Tensor a = norm(Variable(near), leaf({8}, 1), leaf({8}, 0), Scalar(1e-3)).value();
    const Tensor b = norm(Variable(far), leaf({8}, 1), leaf({8}, 0), Scalar(1e-3)).value();
    for (std::size_t i = 0; i < 64; ++i) EXPECT_NEAR(a.data()[i], b.data()[i], 1e-6);
  }
}

// Nor do they count in the rule: x = 10^4 + 0, 1 and 3.
TEST(Normalisation, ALargeMeanCostsTheRuleNoDigitsEither) {
  for (const Shape& shape : {Shape{1, 3}, Shape{3, 1}}) {
    const Norm norm = kBoth[shape[0] == 1 ? 0 : 1];
    const Variable x(Tensor::from(shape, {10'000, 10'001, 10'003}), true);
    const Index features = shape[1];
    const Tensor seed = Tensor::from(shape, {1, 2, 4});
    const Variable y = norm(x, leaf({features}, 1), leaf({features}, 0), Scalar(1e-3));
    const Variable rule = grad(y, std::array{x}, Variable(seed))[0];
    y.backward(seed);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(rule.value().data()[i], x.grad().data()[i], 2e-6);
    }
  }
}

// Squares of 10^38 are beyond any float.
TEST(Normalisation, HugeInputsDoNotOverflow) {
  for (const Norm norm : kBoth) {
    const Scalar h = Scalar(1e38);
    const Variable x(Tensor::from({2, 2}, {h, -h, -h, h}), true);
    const Variable gamma = leaf({2}, 1), beta = leaf({2}, 0);
    const Variable y = norm(x, gamma, beta, Scalar(1e-3));
    expect_near(y.value(), {1, -1, -1, 1});
    y.backward(Tensor::from({2, 2}, {1, 2, 3, 4}));
    for (const Scalar g : x.grad().data()) EXPECT_NEAR(g, 0, 1e-37);
    expect_near(gamma.grad(), {-2, 2});
  }
}

TEST(Normalisation, InfinityAndNaNSpoilTheirGroupAlone) {
  for (const Scalar bad :
       {std::numeric_limits<Scalar>::infinity(), std::numeric_limits<Scalar>::quiet_NaN()}) {
    const Variable x(Tensor::from({2, 2}, {bad, 2, 3, 5}));
    const Variable one(Tensor::ones({2})), zero(Tensor::zeros({2}));
    const auto spoilt = [](const Variable& y, std::size_t i) {
      return std::isnan(y.value().data()[i]);
    };
    const Variable rows = layer_norm(x, one, zero, 1), columns = batch_norm(x, one, zero, 1);
    EXPECT_TRUE(spoilt(rows, 0) && spoilt(rows, 1) && !spoilt(rows, 2) && !spoilt(rows, 3));
    EXPECT_TRUE(spoilt(columns, 0) && !spoilt(columns, 1) && spoilt(columns, 2) &&
                !spoilt(columns, 3));
  }
}

TEST(Normalisation, GivesTheSameBitsAtAnyNumberOfThreads) {
  for (const Norm norm : kBoth) {
    const auto run = [norm](int threads) {
      const test::ThreadCount scope(threads);
      Generator random(2);
      Tensor x = Tensor::uninitialized({130, 301}), seed = Tensor::uninitialized({130, 301});
      random.fill_normal(x, 1, 2);
      random.fill_normal(seed, 0, 1);
      const Variable v(x, true), gamma = leaf({301}, 2), beta = leaf({301}, 1);
      const Variable y = norm(v, gamma, beta, Scalar(1e-3));
      y.backward(seed);
      return std::array{y.value(), v.grad(), gamma.grad(), beta.grad()};
    };
    const auto one = run(1);
    for (const int threads : {2, 3}) {
      const auto several = run(threads);
      for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same_bits(several[i], one[i]));
    }
  }
}

TEST(Normalisation, RefusesShapesAndEpsilonsThatMakeNoSense) {
  const Variable x(Tensor::ones({4, 3})), three(Tensor::ones({3})), two(Tensor::ones({2}));
  EXPECT_EQ(error_of([&] { layer_norm(x, two, two, 1); }),
            "[layer_norm] got input (4, 3), gamma (2,) and beta (2,), expected (..., n), (n,) and "
            "(n,)");
  EXPECT_EQ(error_of([&] { batch_norm(x, three, two, 1); }),
            "[batch_norm] got input (4, 3), gamma (3,) and beta (2,), expected (..., n), (n,) and "
            "(n,)");
  EXPECT_NE(error_of([&] { layer_norm(Variable(Scalar(1)), three, three, 1); }), "(no error)");
  EXPECT_EQ(error_of([&] { batch_norm(x, three, three, 0); }),
            "[batch_norm] got epsilon 0, expected a positive number");
  for (const Scalar epsilon : {Scalar(-1), std::numeric_limits<Scalar>::quiet_NaN(),
                               std::numeric_limits<Scalar>::infinity()}) {
    EXPECT_NE(error_of([&] { layer_norm(x, three, three, epsilon); }), "(no error)");
  }
}

}  // namespace
}  // namespace gradus
