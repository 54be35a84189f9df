#include "nn/initializers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/support/expect.h"

namespace gradus::nn {
namespace {

constexpr Index kIn = 300, kOut = 200;

struct Named {
  const char* name;
  Initializer make;
  double variance;
  bool uniform;
};

class EveryInitializer : public testing::TestWithParam<Named> {
 protected:
  Tensor make(std::uint64_t seed = 1) const {
    Generator random(seed);
    return GetParam().make({kIn, kOut}, random);
  }
};

// Five standard errors; those of the variance are sqrt((kurtosis - 1) / n) of
// it, with kurtosis 1.8 for the uniform and 3 for the normal distribution.
TEST_P(EveryInitializer, HasMeanZeroAndTheVarianceOfItsFormula) {
  const Tensor weight = make();
  ASSERT_EQ(weight.shape(), (Shape{kIn, kOut}));
  const auto n = static_cast<double>(weight.numel());
  double sum = 0, squares = 0;
  for (const Scalar w : weight.data()) {
    sum += w;
    squares += static_cast<double>(w) * w;
  }
  const double variance = GetParam().variance, kurtosis = GetParam().uniform ? 1.8 : 3;
  EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(variance / n));
  EXPECT_NEAR(squares / n / variance, 1, 5 * std::sqrt((kurtosis - 1) / n));
}

TEST_P(EveryInitializer, FillsItsRange) {
  const Tensor weight = make();
  const auto [low, high] = std::ranges::minmax(weight.data());
  const double stddev = std::sqrt(GetParam().variance);
  if (GetParam().uniform) {
    const double limit = std::sqrt(3.0) * stddev;
    EXPECT_GE(low, -limit * (1 + 1e-6));
    EXPECT_LE(high, limit * (1 + 1e-6));
    EXPECT_LT(low, -0.99 * limit);
    EXPECT_GT(high, 0.99 * limit);
  } else {  // not truncated: of 60,000 some lie beyond 3.5 standard deviations
    EXPECT_LT(low, -3.5 * stddev);
    EXPECT_GT(high, 3.5 * stddev);
  }
}

TEST_P(EveryInitializer, DependsOnTheGeneratorAlone) {
  EXPECT_TRUE(test::same_bits(make(1), make(1)));
  EXPECT_FALSE(test::same_bits(make(1), make(2)));
}

TEST_P(EveryInitializer, RefusesShapesWithoutFans) {
  Generator random(1);
  EXPECT_EQ(test::error_of([&] { GetParam().make({5}, random); }),
            "[initializer] got shape (5,), expected (fan_in, fan_out)");
  EXPECT_NE(test::error_of([&] { GetParam().make({2, 3, 4}, random); }), "(no error)");
}

INSTANTIATE_TEST_SUITE_P(
    Initializers, EveryInitializer,
    testing::Values(Named{"glorot_uniform", glorot_uniform, 2.0 / (kIn + kOut), true},
                    Named{"glorot_normal", glorot_normal, 2.0 / (kIn + kOut), false},
                    Named{"lecun_uniform", lecun_uniform, 1.0 / kIn, true},
                    Named{"lecun_normal", lecun_normal, 1.0 / kIn, false},
                    Named{"he_uniform", he_uniform, 2.0 / kIn, true},
                    Named{"he_normal", he_normal, 2.0 / kIn, false}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace gradus::nn
