#include "nn/losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "autograd/engine.h"
#include "tensor/random.h"
#include "tests/support/expect.h"

namespace gradus::nn {
namespace {

using test::error_of;
using test::expect_near;
using test::kClose;

constexpr Scalar kInf = std::numeric_limits<Scalar>::infinity();

// Predictions and targets that both take gradients, and their loss.
struct Worked {
  Variable x, t, loss;
};

template <class Loss>
Worked worked(const Loss& loss, const Shape& shape, std::initializer_list<Scalar> x,
              std::initializer_list<Scalar> t) {
  Worked w{Variable(Tensor::from(shape, x), true), Variable(Tensor::from(shape, t), true), {}};
  w.loss = loss(w.x, w.t);
  w.loss.backward({.retain_graph = true});
  return w;
}

// Logits 0 and ln 3 are the probabilities 1/2 and 3/4.
//   targets 1 and 0:  -ln(1/2) = 0.693147,  -ln(1/4) = 1.386294;  mean 1.039721
//   by the logits, (p - t) / 2:  (1/2 - 1) / 2 = -1/4,  (3/4 - 0) / 2 = 3/8
//   by the targets, -z / 2:  0,  -ln 3 / 2 = -0.549306
TEST(BceWithLogits, OfAHandWorkedExample) {
  const Worked w = worked(bce_with_logits, {1, 2}, {0, Scalar(std::log(3.0))}, {1, 0});
  EXPECT_NEAR(w.loss.item(), 1.5 * std::log(2.0), kClose);
  expect_near(w.x.grad(), {-0.25, 0.375});
  expect_near(w.t.grad(), {0, -std::log(3.0) / 2});
}

// A soft target of 1/4 at logit ln 3: -1/4 ln(3/4) - 3/4 ln(1/4) = 1.111642.
TEST(BceWithLogits, TakesTargetsBetweenZeroAndOne) {
  const Worked w = worked(bce_with_logits, {1}, {Scalar(std::log(3.0))}, {Scalar(0.25)});
  EXPECT_NEAR(w.loss.item(), -0.25 * std::log(0.75) - 0.75 * std::log(0.25), kClose);
  expect_near(w.x.grad(), {0.5});
}

TEST(BceWithLogits, StaysFiniteAndExactForExtremeLogits) {
  // Right answers cost nothing, wrong ones the size of the logit.
  const Worked right = worked(bce_with_logits, {2}, {10000, -10000}, {1, 0});
  EXPECT_EQ(right.loss.item(), 0);
  expect_near(right.x.grad(), {0, 0}, 0);
  const Worked wrong = worked(bce_with_logits, {2}, {10000, -10000}, {0, 1});
  EXPECT_EQ(wrong.loss.item(), 10000);
  expect_near(wrong.x.grad(), {0.5, -0.5}, 0);
  expect_near(wrong.t.grad(), {-5000, 5000}, 0);
}

TEST(BceWithLogits, OfInfiniteLogitsIsZeroOrInfinite) {
  const auto loss = [](Scalar z, Scalar t) {
    return bce_with_logits(Variable(z), Variable(t)).item();
  };
  EXPECT_EQ(loss(kInf, 1), 0);
  EXPECT_EQ(loss(-kInf, 0), 0);
  for (const Scalar t : {Scalar(0), Scalar(0.5)}) EXPECT_EQ(loss(kInf, t), kInf);
  for (const Scalar t : {Scalar(1), Scalar(0.5)}) EXPECT_EQ(loss(-kInf, t), kInf);
}

// Errors 1, -2, 0 and 3:  (1 + 4 + 0 + 9) / 4 = 3.5;  gradient 2 e / 4.
TEST(Mse, OfAHandWorkedExample) {
  const Worked w = worked(mse, {2, 2}, {2, 1, 5, 4}, {1, 3, 5, 1});
  EXPECT_NEAR(w.loss.item(), 3.5, kClose);
  expect_near(w.x.grad(), {0.5, -1, 0, 1.5});
  expect_near(w.t.grad(), {-0.5, 1, 0, -1.5});
}

// The same errors:  (1 + 2 + 0 + 3) / 4 = 1.5;  gradient sign(e) / 4.
TEST(Mae, OfAHandWorkedExample) {
  const Worked w = worked(mae, {2, 2}, {2, 1, 5, 4}, {1, 3, 5, 1});
  EXPECT_NEAR(w.loss.item(), 1.5, kClose);
  expect_near(w.x.grad(), {0.25, -0.25, 0, 0.25});
  expect_near(w.t.grad(), {-0.25, 0.25, 0, -0.25});
}

struct Named {
  const char* name;
  Variable (*loss)(const Variable&, const Variable&);
};

class EveryLoss : public testing::TestWithParam<Named> {};

TEST_P(EveryLoss, IsOneNumber) {
  const Variable x(Tensor::ones({3, 2})), t(Tensor::zeros({3, 2}));
  EXPECT_EQ(GetParam().loss(x, t).shape(), Shape());
  EXPECT_EQ(GetParam().loss(Variable(Scalar(1)), Variable(Scalar(0))).shape(), Shape());
}

TEST_P(EveryLoss, RefusesShapesThatDiffer) {
  const Variable x(Tensor::ones({3, 2})), t(Tensor::zeros({6}));
  EXPECT_EQ(error_of([&] { GetParam().loss(x, t); }),
            fmt::format("[{}] got predictions (3, 2) and targets (6,), expected equal shapes; try "
                        "reshape",
                        GetParam().name));
  EXPECT_NE(error_of([&] { GetParam().loss(x, Variable(Tensor::zeros({3, 1}))); }), "(no error)");
}

TEST_P(EveryLoss, OfNoElementsIsNan) {
  const Variable none(Tensor::zeros({0, 2}));
  EXPECT_TRUE(std::isnan(GetParam().loss(none, none).item()));
}

TEST_P(EveryLoss, OfNanIsNan) {
  const Variable nan(Tensor::full({2}, std::numeric_limits<Scalar>::quiet_NaN()));
  EXPECT_TRUE(std::isnan(GetParam().loss(nan, Variable(Tensor::zeros({2}))).item()));
}

TEST_P(EveryLoss, ScalesItsGradientByTheOneThatComes) {
  const Variable x(Tensor::from({2}, {1, 2}), true), t(Tensor::from({2}, {0, 1}));
  GetParam().loss(x, t).backward();
  const Tensor once = x.grad().clone();
  Variable again(Tensor::from({2}, {1, 2}), true);
  GetParam().loss(again, t).backward(Tensor::scalar(3));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(again.grad().data()[i], 3 * once.data()[i], kClose);
  }
}

// The rule in Variables gives what the kernel gives.
TEST_P(EveryLoss, HasARuleThatAgrees) {
  const Variable x(Tensor::from({3}, {-1, Scalar(0.5), 2}), true);
  const Variable t(Tensor::from({3}, {0, 1, Scalar(0.25)}), true);
  const Variable loss = GetParam().loss(x, t);
  const std::vector<Variable> by = grad(loss, std::vector<Variable>{x, t});
  loss.backward();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(by[0].value().data()[i], x.grad().data()[i], kClose);
    EXPECT_NEAR(by[1].value().data()[i], t.grad().data()[i], kClose);
  }
}

// One sample of two features: mean 1 and 2, variances e^0 = 1 and e^ln 2 = 2.
//   1/2 (1 + 1 - 1 - 0) + 1/2 (4 + 2 - 1 - ln 2) = 1/2 + 5/2 - ln 2 / 2
//   by the means 1 and 2, by log_var (1 - 1) / 2 and (2 - 1) / 2
// A second sample of zeros halves all of it.
TEST(GaussianKl, OfAHandWorkedExample) {
  const auto ln2 = Scalar(std::log(2.0));
  const Worked w = worked(gaussian_kl, {1, 2}, {1, 2}, {0, ln2});
  EXPECT_NEAR(w.loss.item(), 3 - std::log(2.0) / 2, kClose);
  expect_near(w.x.grad(), {1, 2});
  expect_near(w.t.grad(), {0, 0.5});
  const Worked two = worked(gaussian_kl, {2, 2}, {1, 2, 0, 0}, {0, ln2, 0, 0});
  EXPECT_NEAR(two.loss.item(), 1.5 - std::log(2.0) / 4, kClose);
  expect_near(two.x.grad(), {0.5, 1, 0, 0});
  expect_near(two.t.grad(), {0, 0.25, 0, 0});
}

TEST(GaussianKl, SumsOverEveryDimensionButTheFirst) {
  const Variable mean(Tensor::ones({4, 2, 3})), log_var(Tensor::zeros({4, 2, 3}));
  EXPECT_NEAR(gaussian_kl(mean, log_var).item(), 3, kClose);
  const Variable line(Tensor::ones({4})), zeros(Tensor::zeros({4}));
  EXPECT_NEAR(gaussian_kl(line, zeros).item(), 0.5, kClose);
}

// Near 0 it is (m^2 + v^2 / 2) / 2. As 1 + v - e^v, in float, the second term
// would be any of -1.2e-7, 0 and 1.2e-7.
TEST(GaussianKl, KeepsDigitsNearZero) {
  constexpr double v = 1e-3, m = 1e-4;
  const Worked w = worked(gaussian_kl, {1, 1}, {Scalar(m)}, {Scalar(v)});
  const double exact = (m * m + v * v / 2 + v * v * v / 6 + v * v * v * v / 24) / 2;
  EXPECT_NEAR(w.loss.item() / exact, 1, test::kFloat ? 3e-4 : 1e-9);
  EXPECT_NEAR(w.t.grad().item() / (std::expm1(v) / 2), 1, test::kFloat ? 1e-6 : 1e-14);
  EXPECT_EQ(gaussian_kl(Variable(Tensor::zeros({3, 2})), Variable(Tensor::zeros({3, 2}))).item(),
            0);
}

TEST(GaussianKl, OfInfinitiesIsInfinite) {
  const auto one = [](Scalar v) { return Variable(Tensor::full({1, 1}, v)); };
  EXPECT_EQ(gaussian_kl(one(0), one(kInf)).item(), kInf);
  EXPECT_EQ(gaussian_kl(one(0), one(-kInf)).item(), kInf);
  EXPECT_EQ(gaussian_kl(one(-kInf), one(0)).item(), kInf);
}

TEST(GaussianKl, RefusesShapesThatDifferAndScalars) {
  const Variable a(Tensor::ones({2, 3})), b(Tensor::ones({3, 2})), scalar(Scalar(1));
  EXPECT_EQ(
      error_of([&] { gaussian_kl(a, b); }),
      "[gaussian_kl] got mean (2, 3) and log_var (3, 2), expected equal shapes (samples, ...)");
  EXPECT_NE(error_of([&] { gaussian_kl(scalar, scalar); }), "(no error)");
  EXPECT_EQ(error_of([&] { gaussian_kl_per_dimension(a.value(), b.value()); }),
            "[gaussian_kl_per_dimension] got mean (2, 3) and log_var (3, 2), expected equal shapes "
            "(samples, ...)");
}

TEST(GaussianKlPerDimension, IsTheMeanOfEachFeature) {
  const Tensor mean = Tensor::from({2, 3}, {1, 0, 2, 3, 0, -2});
  const Tensor log_var = Tensor::from({2, 3}, {0, 0, 1, 0, 0, -1});
  const double e = std::exp(1.0);
  expect_near(gaussian_kl_per_dimension(mean, log_var), {2.5, 0, ((4 + e - 2) + (4 + 1 / e)) / 4});
}

TEST(GaussianKlPerDimension, AddsUpToTheLoss) {
  Generator random(3);
  Tensor mean = Tensor::uninitialized({500, 16}), log_var = Tensor::uninitialized({500, 16});
  random.fill_normal(mean, 0, 1);
  random.fill_normal(log_var, 0, 1);
  const Tensor each = gaussian_kl_per_dimension(mean, log_var);
  EXPECT_EQ(each.shape(), Shape({16}));
  double total = 0;
  for (const Scalar kl : each.data()) total += kl;
  const double loss = gaussian_kl(Variable(mean), Variable(log_var)).item();
  EXPECT_NEAR(total / loss, 1, kClose);
}

Variable huber_of_one(const Variable& x, const Variable& t) { return huber(x, t); }

INSTANTIATE_TEST_SUITE_P(Losses, EveryLoss,
                         testing::Values(Named{"bce_with_logits", bce_with_logits},
                                         Named{"mse", mse}, Named{"mae", mae},
                                         Named{"huber", huber_of_one}),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace gradus::nn
