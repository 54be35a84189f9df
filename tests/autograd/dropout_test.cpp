// Dropout beyond what the table says of every operation: its noise and its edges.
#include "autograd/dropout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "autograd/engine.h"
#include "tests/autograd/edges.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::expect_near;
using test::kInf;
using test::kNan;
using test::same_bits;

// A rate of 3/4 leaves one in four, four times as large.
TEST(Dropout, OfAHandWorkedExample) {
  const Variable x(Tensor::from({4}, {1, 2, 3, 4}), true);
  const Variable y = dropout(x, Scalar(0.75), Tensor::from({4}, {0, 1, 0, 0}));
  expect_near(y.value(), {0, 8, 0, 0});
  y.backward(Tensor::from({4}, {10, 20, 30, 40}));
  expect_near(x.grad(), {0, 80, 0, 0});
}

TEST(Dropout, DropsAsOftenAsItsRateSaysAndKeepsTheMean) {
  constexpr Index kDraws = 200'000;
  for (const double rate : {0.0, 0.1, 0.5, 0.9}) {
    Generator random(3);
    const Tensor y =
        dropout(Variable(Tensor::ones({kDraws})), static_cast<Scalar>(rate), random).value();
    const auto dropped = static_cast<double>(std::ranges::count(y.data(), Scalar(0)));
    // Five standard errors.
    EXPECT_NEAR(dropped / kDraws, rate, 5 * std::sqrt(rate * (1 - rate) / kDraws));
    for (const Scalar v : y.data()) {
      ASSERT_NEAR(v, v == 0 ? 0 : 1 / (1 - rate), 1e-5);
    }
  }
}

TEST(Dropout, DrawsOnceForForwardAndBackwardAndAnewInEachCall) {
  Generator random(5);
  const Variable x(Tensor::ones({1000}), true);
  const Variable y = dropout(x, Scalar(0.5), random);
  const std::uint64_t drawn = random.counter();
  const Variable rule = grad(y, std::span(&x, 1), Variable(Tensor::ones({1000})))[0];
  y.backward(Tensor::ones({1000}));
  EXPECT_EQ(random.counter(), drawn);
  EXPECT_EQ(drawn, 250u);
  EXPECT_TRUE(same_bits(x.grad(), y.value()));
  EXPECT_TRUE(same_bits(rule.value(), y.value()));
  EXPECT_FALSE(same_bits(dropout(x, Scalar(0.5), random).value(), y.value()));
  random.seek(0);
  EXPECT_TRUE(same_bits(dropout(x, Scalar(0.5), random).value(), y.value()));
}

TEST(Dropout, GivesTheSameBitsAtAnyNumberOfThreads) {
  const auto draw = [](int threads) {
    const test::ThreadCount scope(threads);
    Generator random(11);
    return dropout(Variable(Tensor::ones({100, 301})), Scalar(0.3), random).value();
  };
  const Tensor one = draw(1);
  EXPECT_TRUE(same_bits(draw(2), one));
  EXPECT_TRUE(same_bits(draw(3), one));
}

TEST(Dropout, OfWhatIsDroppedNothingIsLeft) {
  const Variable x(Tensor::from({4}, {kInf, kNan, kInf, kNan}), true);
  const Variable y = dropout(x, Scalar(0.5), Tensor::from({4}, {0, 0, 1, 1}));
  const Tensor seed = Tensor::from({4}, {kInf, kNan, kInf, kNan});
  const Variable rule = grad(y, std::span(&x, 1), Variable(seed))[0];
  y.backward(seed);
  for (const Tensor& t : {y.value(), x.grad(), rule.value()}) {
    EXPECT_EQ(t.data()[0], 0);
    EXPECT_EQ(t.data()[1], 0);
    EXPECT_EQ(t.data()[2], kInf);
    EXPECT_TRUE(std::isnan(t.data()[3]));
  }
}

TEST(Dropout, RefusesARateThatLeavesNothingAndAMaskThatDoesNotFit) {
  const Variable x(Tensor::ones({2, 3}));
  Generator random(1);
  EXPECT_EQ(error_of([&] { dropout(x, 1, random); }),
            "[dropout] got rate 1, expected at least 0 and below 1");
  EXPECT_EQ(error_of([&] {
              dropout(x, Scalar(-0.5), Tensor::ones({2, 3}));
            }),
            "[dropout] got rate -0.5, expected at least 0 and below 1");
  EXPECT_NE(error_of([&] { dropout(x, kNan, random); }), "(no error)");
  EXPECT_EQ(error_of([&] { dropout(x, Scalar(0.5), Tensor::ones({2})); }),
            "[dropout] got a mask of shape (2,) for (2, 3), expected one that broadcasts to it");
  EXPECT_NE(error_of([&] { dropout(x, Scalar(0.5), Tensor::ones({4, 2, 3})); }), "(no error)");
}

}  // namespace
}  // namespace gradus
