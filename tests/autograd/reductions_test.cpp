// What the table of operations (operations_test.cpp) does not say: hand-worked
// examples, edge values, errors, the same bits at any number of threads.
#include "autograd/reductions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "autograd/shaping.h"
#include "tensor/random.h"
#include "tests/autograd/edges.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::expect_near;
using test::kClose;
using test::kInf;
using test::kNan;
using test::kSix;
using test::leaf;
using test::values;
using Values = std::vector<Scalar>;
using Axes = std::initializer_list<int>;

/// The gradient of y by x from a seed of ones: by kernel, to which the rule's must be close.
Tensor gradient(const Variable& y, const Variable& x, double tolerance = kClose) {
  const Tensor seed = Tensor::ones(y.shape());
  const Tensor by_rule = grad(y, std::span(&x, 1), Variable(seed))[0].value();
  y.backward(seed);
  for (std::size_t i = 0; i < by_rule.data().size(); ++i) {
    const Scalar a = by_rule.data()[i], b = x.grad().data()[i];
    EXPECT_TRUE(std::abs(a - b) <= tolerance || (std::isnan(a) && std::isnan(b)))
        << "element " << i << ": " << a << " by rule, " << b << " by kernel";
  }
  return x.grad();
}

TEST(Sum, OverAxes) {
  EXPECT_EQ(sum(kSix).item(), 21);
  EXPECT_EQ(sum(kSix).shape(), Shape{});
  EXPECT_EQ(values(sum(kSix, {0}).value()), (Values{5, 7, 9}));
  EXPECT_EQ(values(sum(kSix, {1}).value()), (Values{6, 15}));
  EXPECT_EQ(values(sum(kSix, {-2}).value()), (Values{5, 7, 9}));
  EXPECT_EQ(sum(kSix, {1}, true).shape(), (Shape{2, 1}));
  EXPECT_EQ(sum(kSix, {0, 1}, true).shape(), (Shape{1, 1}));
  EXPECT_EQ(sum(kSix, {}, true).shape(), (Shape{1, 1}));
}

TEST(Mean, OverAxes) {
  EXPECT_EQ(mean(kSix).item(), Scalar(3.5));
  EXPECT_EQ(values(mean(kSix, {0}).value()), (Values{Scalar(2.5), Scalar(3.5), Scalar(4.5)}));
  EXPECT_EQ(values(mean(kSix, {-1}, true).value()), (Values{2, 5}));
}

TEST(Mean, OfEqualNumbersIsThatNumber) {
  for (Index n = 1; n <= 1000; ++n) {
    ASSERT_EQ(mean(Variable(Tensor::ones({n}))).item(), 1) << n;
    ASSERT_EQ(mean(Variable(Tensor::ones({n, 2})), {0}).value().data()[1], 1) << n;
  }
}

TEST(Mean, OfHugeNumbersDoesNotOverflow) {
  // Four of them are beyond float; double has no wider type to be summed in.
  const Scalar h = std::numeric_limits<Scalar>::max() / (test::kFloat ? 2 : 8);
  EXPECT_EQ(mean(leaf({4}, {h, h, h, h})).item(), h);
  expect_near(mean(Variable(Tensor::full({2, 4}, h)), {1}).value(), {h, h}, 0);
}

TEST(Mean, OfNothingIsNan) {
  EXPECT_TRUE(std::isnan(mean(Variable(Tensor::zeros({0}))).item()));
  EXPECT_TRUE(std::isnan(mean(Variable(Tensor::zeros({0, 2})), {0}).value().data()[1]));
  EXPECT_EQ(sum(Variable(Tensor::zeros({0}))).item(), 0);
}

TEST(Extremes, OverAxes) {
  EXPECT_EQ(max(kSix).item(), 6);
  EXPECT_EQ(values(max(kSix, {0}).value()), (Values{4, 5, 6}));
  EXPECT_EQ(values(min(kSix, {-1}, true).value()), (Values{1, 4}));
  EXPECT_EQ(max(kSix, {1}, true).shape(), (Shape{2, 1}));
}

TEST(Extremes, EqualOnesShareTheGradient) {
  const Variable x = leaf({2, 4}, {3, 7, 7, 1, 2, 2, 2, 2});
  EXPECT_EQ(values(gradient(max(x, {1}), x)), (Values{0, Scalar(0.5), Scalar(0.5), 0, Scalar(0.25),
                                                      Scalar(0.25), Scalar(0.25), Scalar(0.25)}));
  const Variable z = leaf({3}, {5, Scalar(-0.0), 0});
  EXPECT_EQ(values(gradient(min(z), z)), (Values{0, Scalar(0.5), Scalar(0.5)}));
  const Variable all = leaf({3}, {-kInf, -kInf, -kInf});
  EXPECT_EQ(max(all).item(), -kInf);
  expect_near(gradient(max(all), all), {1.0 / 3, 1.0 / 3, 1.0 / 3});
}

TEST(Extremes, OfNanIsNan) {
  // At every place of whole vectors and their rest, along rows and columns.
  for (std::size_t place = 0; place < 37; ++place) {
    Tensor numbers = Tensor::zeros({37});
    numbers.mutable_data()[place] = kNan;
    const Variable x(numbers, true);
    EXPECT_TRUE(std::isnan(max(x).item()) && std::isnan(min(x).item()));
    EXPECT_TRUE(std::isnan(max(reshape(x, {37, 1}), {0}).item()));
    const Variable rows = reshape(x, {1, 37});
    EXPECT_TRUE(std::isnan(min(rows, {1}).item()));
    EXPECT_TRUE(std::isnan(max(rows, {0}).value().data()[place]));
    const Tensor dx = gradient(max(x), x);
    for (std::size_t i = 0; i < 37; ++i) EXPECT_EQ(dx.data()[i], i == place ? 1 : 0);
  }
  Tensor columns = Tensor::ones({5, 70});
  columns.mutable_data()[2 * 70 + 66] = kNan;
  const Tensor least = min(Variable(columns), {0}).value();
  for (std::size_t i = 0; i < 70; ++i) EXPECT_EQ(std::isnan(least.data()[i]), i == 66);
}

TEST(Extremes, AnInfiniteGradientGoesToTheChosenAlone) {
  const Variable x = leaf({3}, {1, 3, 2});
  const Variable y = max(x);
  y.backward(Tensor::scalar(kInf));
  EXPECT_EQ(values(x.grad()), (Values{0, kInf, 0}));
}

TEST(Extremes, OfNothingAreRefused) {
  EXPECT_EQ(error_of([] {
              max(Variable(Tensor::zeros({0, 3})), {0});
            }),
            "[max] got shape (0, 3), expected at least one element to choose from");
  EXPECT_EQ(error_of([] {
              min(Variable(Tensor::zeros({2, 0})));
            }),
            "[min] got shape (2, 0), expected at least one element to choose from");
  EXPECT_EQ(max(Variable(Tensor::zeros({0, 3})), {1}).shape(), (Shape{0}));
}

TEST(Var, OfAHandWorkedExample) {
  // 1, 2, 3 and 6: mean 3, squares 4 + 1 + 0 + 9 = 14.
  const Variable x = leaf({4}, {1, 2, 3, 6});
  EXPECT_NEAR(var(x).item(), 3.5, kClose);
  EXPECT_NEAR(var(x, {}, false, 1).item(), 14.0 / 3, kClose);
  expect_near(gradient(var(x, {0}, true), x), {-1, -0.5, 0, 1.5});
}

TEST(Var, DividesByNoLessThanZero) {
  EXPECT_TRUE(std::isnan(var(Variable(Tensor::zeros({0}))).item()));
  EXPECT_TRUE(std::isnan(var(Variable(Tensor::zeros({0, 2})), {0}, false, 1).value().data()[1]));
  EXPECT_TRUE(std::isnan(var(Variable(5), {}, false, 1).item()));
  EXPECT_EQ(var(Variable(5)).item(), 0);
  EXPECT_EQ(var(leaf({2}, {1, 2}), {}, false, 3).item(), kInf);
}

TEST(Var, ALargeMeanCostsNoDigits) {
  Generator random(4);
  Tensor x = Tensor::uninitialized({3, 4000});
  random.fill_normal(x, 0, 1);
  for (Scalar& v : x.mutable_data()) v += test::kFloat ? Scalar(1e6) : Scalar(1e13);
  const Tensor y = var(Variable(x), {1}).value();
  for (Index row = 0; row < 3; ++row) {
    const auto numbers = x.rows(row, row + 1).data();
    double mean = 0, sum = 0;
    const double first = numbers[0];
    for (const Scalar v : numbers) mean += (v - first) / 4000;
    for (const Scalar v : numbers) sum += (v - first - mean) * (v - first - mean);
    EXPECT_NEAR(y.data()[static_cast<std::size_t>(row)] / (sum / 4000), 1, 4 * kClose);
  }
  EXPECT_EQ(var(Variable(Tensor::full({1000}, Scalar(0.1)))).item(), 0);
}

TEST(Var, ALargeMeanCostsTheRuleNoDigitsEither) {
  const Variable x = leaf({3}, {Scalar(1e6), Scalar(1e6 + 1), Scalar(1e6 + 3)});
  expect_near(grad(var(x), std::array{x})[0].value(),
              {Scalar(-8.0 / 9), Scalar(-2.0 / 9), Scalar(10.0 / 9)});
}

TEST(Var, OfHugeEqualNumbersIsZero) {
  const Variable x = leaf({2}, {Scalar(3e38), Scalar(3e38)});
  const Variable y = var(x);
  EXPECT_EQ(y.item(), 0);
  expect_near(gradient(y, x), {0, 0}, 0);
}

TEST(Var, OfInfinityIsNan) {
  EXPECT_TRUE(std::isnan(var(leaf({2}, {1, kInf})).item()));
  EXPECT_TRUE(std::isnan(var(leaf({2}, {1, kNan})).item()));
}

TEST(LogSumExp, NeitherOverflowsNorVanishes) {
  const Variable x = leaf({2, 2}, {10000, 10000, -10000, -10000});
  const Variable y = logsumexp(x, {1});
  EXPECT_NEAR(y.value().data()[0] / (10000 + std::log(2.0)), 1, kClose);
  EXPECT_NEAR(y.value().data()[1] / (-10000 + std::log(2.0)), 1, kClose);
  expect_near(gradient(y, x), {0.5, 0.5, 0.5, 0.5});
}

TEST(LogSumExp, OfInfinities) {
  const auto of = [](std::initializer_list<Scalar> numbers, Scalar y,
                     std::initializer_list<double> slopes) {
    const Variable x = leaf({static_cast<Index>(numbers.size())}, numbers);
    const Variable result = logsumexp(x);
    EXPECT_EQ(result.item(), y);
    expect_near(gradient(result, x), slopes);
    // No NaN in second derivatives, either.
    const Variable z = leaf({static_cast<Index>(numbers.size())}, numbers);
    const Variable first = test::grad_of(logsumexp(z), z);
    const Variable second = test::grad_of(sum(first), z);
    for (const Scalar v : second.value().data()) EXPECT_FALSE(std::isnan(v));
  };
  of({-kInf, 3, -kInf}, 3, {0, 1, 0});
  of({-kInf, -kInf}, -kInf, {0.5, 0.5});
  of({kInf, 3, -kInf}, kInf, {1, 0, 0});
  of({kInf, 0, kInf, 1}, kInf, {0.5, 0, 0.5, 0});
  of({-kInf}, -kInf, {1});
  EXPECT_EQ(logsumexp(Variable(Tensor::zeros({0}))).item(), -kInf);
  const Variable nan = leaf({2}, {kNan, 1});
  EXPECT_TRUE(std::isnan(logsumexp(nan).item()));
  EXPECT_TRUE(std::isnan(gradient(logsumexp(nan), nan).data()[1]));
}

struct Reduction {
  const char* name;
  Variable (*function)(const Variable&, Axes, bool);
};
const std::vector<Reduction> kAll = {
    {"sum", sum},
    {"mean", mean},
    {"max", max},
    {"min", min},
    {"var", [](const Variable& x, Axes axes, bool keep) { return var(x, axes, keep, 1); }},
    {"logsumexp", logsumexp},
};

TEST(Reductions, RefuseAxesThatAreNotThereOrTwice) {
  for (const Reduction& reduction : kAll) {
    const auto& f = reduction.function;
    const std::string place = fmt::format("[{}] ", reduction.name);
    EXPECT_EQ(error_of([&] { f(kSix, {2}, false); }),
              place + "got axis 2 for shape (2, 3), expected -2 to 1");
    EXPECT_EQ(error_of([&] { f(kSix, {-3}, false); }),
              place + "got axis -3 for shape (2, 3), expected -2 to 1");
    EXPECT_EQ(error_of([&] { f(kSix, {1, -1}, false); }), place + "got axis -1 twice");
    EXPECT_NE(error_of([&] { f(Variable(1), {0}, false); }), "(no error)");
  }
}

TEST(Reductions, GiveTheSameBitsAtAnyThreadCount) {
  Tensor input = Tensor::uninitialized({60, 30, 70});
  Generator(1).fill_normal(input, 0, 1);
  const auto compare = [&](const Reduction& reduction, Axes axes) {
    std::vector<Tensor> first;
    for (const int threads : {1, 2, 4}) {
      const test::ThreadCount use(threads);
      const Variable x(input, true);
      const Variable y = reduction.function(x, axes, false);
      y.backward(Tensor::full(y.shape(), Scalar(0.7)), {.retain_graph = true});
      y.backward(Tensor::full(y.shape(), Scalar(0.3)));
      const std::vector<Tensor> results{y.value(), x.grad()};
      if (first.empty()) first = results;
      for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_TRUE(test::same_bits(results[i], first[i])) << reduction.name << ", " << threads;
      }
    }
  };
  for (const Reduction& reduction : kAll) {
    compare(reduction, {});
    compare(reduction, {0});
    compare(reduction, {1});
    compare(reduction, {2});
    compare(reduction, {0, 2});
  }
}

}  // namespace
}  // namespace gradus
