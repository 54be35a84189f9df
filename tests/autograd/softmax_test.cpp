// What the table of operations (operations_test.cpp) does not say: edge values,
// errors, the same bits at any number of threads.
#include "autograd/softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "autograd/arithmetic.h"
#include "autograd/reductions.h"
#include "tensor/random.h"
#include "tests/autograd/edges.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::expect_near;
using test::kInf;
using test::kNan;
using test::leaf;

// e^0, e^ln 2 and e^ln 5 are 1, 2 and 5.
TEST(SoftmaxTest, OfAHandWorkedExample) {
  const Variable x = leaf({3}, {0, Scalar(std::log(2.0)), Scalar(std::log(5.0))});
  expect_near(softmax(x).value(), {0.125, 0.25, 0.625});
  expect_near(log_softmax(x).value(), {std::log(0.125), std::log(0.25), std::log(0.625)});
  softmax(x).backward(Tensor::from({3}, {8, 0, 0}));  // 8 p (1 - p), -8 p q, -8 p q
  expect_near(x.grad(), {0.875, -0.25, -0.625});
}

TEST(SoftmaxTest, NeitherOverflowsNorLosesTheSmall) {
  const Variable x = leaf({2, 2}, {10000, 9999, -10000, 10000});
  const double p = 1 / (1 + std::exp(-1.0));
  expect_near(softmax(x).value(), {p, 1 - p, 0, 1});
  const Tensor logs = log_softmax(x).value();
  EXPECT_NEAR(logs.data()[1], std::log(1 - p), test::kClose);
  EXPECT_EQ(logs.data()[2], -20000);
  EXPECT_EQ(logs.data()[3], 0);
}

/// softmax and log_softmax of a row and of a column, with their gradients.
void expect_shares(const std::vector<Scalar>& numbers, const std::vector<double>& shares) {
  const auto n = static_cast<Index>(numbers.size());
  for (const Shape& shape : {Shape{1, n}, Shape{n, 1}}) {
    const int axis = shape[0] == 1 ? 1 : 0;
    const Variable x(Tensor::from(shape, numbers), true);
    const Variable p = softmax(x, axis), l = log_softmax(x, axis);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      EXPECT_NEAR(p.value().data()[i], shares[i], test::kClose);
      EXPECT_NEAR(std::exp(l.value().data()[i]), shares[i], test::kClose);
    }
    const Variable by_rule = test::grad_of(sum(p * p), x);
    sum(p * p).backward();
    for (std::size_t i = 0; i < shares.size(); ++i) {
      EXPECT_NEAR(x.grad().data()[i], by_rule.value().data()[i], test::kClose);
    }
    const Tensor seed = Tensor::full(shape, 2);
    const Tensor log_rule = grad(l, std::span(&x, 1), Variable(seed))[0].value();
    Variable again(x.value(), true);
    log_softmax(again, axis).backward(seed);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const double slope = 2 - 2 * static_cast<double>(n) * shares[i];
      EXPECT_NEAR(again.grad().data()[i], slope, 4 * test::kClose);
      EXPECT_NEAR(log_rule.data()[i], slope, 4 * test::kClose);
    }
  }
}

TEST(SoftmaxTest, OfInfinities) {
  expect_shares({-kInf, 1, -kInf, 1}, {0, 0.5, 0, 0.5});
  expect_shares({kInf, 0, -kInf}, {1, 0, 0});
  expect_shares({kInf, kInf, 5}, {0.5, 0.5, 0});
  expect_shares({-kInf, -kInf}, {0.5, 0.5});
  expect_shares({kInf}, {1});
  expect_shares({-kInf}, {1});
}

TEST(SoftmaxTest, ANanFillsItsSliceAndNoOther) {
  const Variable x = leaf({2, 3}, {1, kNan, 3, 1, 2, 3});
  for (const Variable& y : {softmax(x), log_softmax(x)}) {
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(std::isnan(y.value().data()[i]), i < 3);
  }
  for (const Variable& y : {softmax(x, 0), log_softmax(x, 0)}) {
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(std::isnan(y.value().data()[i]), i % 3 == 1);
  }
}

TEST(SoftmaxTest, RefusesAxesThatAreNotThere) {
  const Variable x(Tensor::zeros({2, 3}));
  EXPECT_EQ(error_of([&] { softmax(x, 2); }),
            "[softmax] got axis 2 for shape (2, 3), expected -2 to 1");
  EXPECT_EQ(error_of([&] { log_softmax(x, -3); }),
            "[log_softmax] got axis -3 for shape (2, 3), expected -2 to 1");
  EXPECT_NE(error_of([] { softmax(Variable(1)); }), "(no error)");
}

TEST(SoftmaxTest, GivesTheSameBitsAtAnyThreadCount) {
  Tensor input = Tensor::uninitialized({60, 30, 70}), seed = Tensor::uninitialized({60, 30, 70});
  Generator random(1);
  random.fill_normal(input, 0, 1);
  random.fill_normal(seed, 0, 1);
  for (const auto& f : {softmax, log_softmax}) {
    for (const int axis : {0, 1, 2}) {
      std::vector<Tensor> first;
      for (const int threads : {1, 2, 4}) {
        const test::ThreadCount use(threads);
        const Variable x(input, true);
        const Variable y = f(x, axis);
        y.backward(seed, {.retain_graph = true});
        y.backward(seed);
        const std::vector<Tensor> results{y.value(), x.grad()};
        if (first.empty()) first = results;
        for (std::size_t i = 0; i < results.size(); ++i) {
          EXPECT_TRUE(test::same_bits(results[i], first[i])) << "axis " << axis << ", " << threads;
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus
