#include "apps/study/analysis/principal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using test::expect_near;
using ::testing::HasSubstr;

TEST(Principal, FindsTheDirectionsOfTheLargestVariance) {
  // Along (3, 4) / 5 by -2, 0, 2 and across it by -0.5, 1, -0.5, around (10, 20).
  Tensor points = Tensor::uninitialized({3, 2});
  const double along[] = {-2, 0, 2}, across[] = {-0.5, 1, -0.5};
  for (std::size_t i = 0; i < 3; ++i) {
    points.mutable_data()[2 * i] = static_cast<Scalar>(10 + 0.6 * along[i] - 0.8 * across[i]);
    points.mutable_data()[2 * i + 1] = static_cast<Scalar>(20 + 0.8 * along[i] + 0.6 * across[i]);
  }
  const Principal p = principal_directions(points, 2);
  expect_near(p.mean, {10, 20}, 1e-5);
  expect_near(p.directions, {0.6, 0.8, 0.8, -0.6}, 1e-5);  // largest components positive
  EXPECT_NEAR(p.share[0], 8 / 9.5, 1e-6);
  EXPECT_NEAR(p.share[1], 1.5 / 9.5, 1e-6);
  expect_near(p.projected(points), {-2, 0.5, 0, -1, 2, 0.5}, 1e-4);
}

TEST(Principal, FewerPointsThanDimensions) {
  const Principal p = principal_directions(Tensor::from({2, 3}, {0, 0, 0, 0, 2, 0}), 2);
  EXPECT_NEAR(p.share[0], 1, 1e-6);
  EXPECT_NEAR(p.share[1], 0, 1e-6);
  EXPECT_NEAR(p.directions.data()[1], 1, 1e-6);
}

TEST(Principal, PointsWithoutVarianceHaveNoShareOfIt) {
  const Principal p = principal_directions(Tensor::full({4, 2}, 3), 2);
  EXPECT_EQ(p.share, (std::vector<double>{0, 0}));
  const Tensor places = p.projected(Tensor::full({4, 2}, 3));
  for (const Scalar x : places.data()) EXPECT_EQ(x, 0);
}

TEST(Principal, RefusesWhatHasNone) {
  const auto error = [](const Shape& shape, Index k) {
    return test::error_of([&] { principal_directions(Tensor::zeros(shape), k); });
  };
  EXPECT_THAT(error({0, 3}, 1), HasSubstr("(0, 3)"));
  EXPECT_THAT(error({3}, 1), HasSubstr("(3,)"));
  EXPECT_THAT(error({3, 2}, 3), HasSubstr("3 directions"));
  EXPECT_THAT(error({3, 2}, 0), HasSubstr("0 directions"));
  const Principal p = principal_directions(Tensor::zeros({3, 2}), 1);
  EXPECT_THAT(test::error_of([&] { p.projected(Tensor::zeros({1, 3})); }), HasSubstr("(1, 3)"));
}

}  // namespace
}  // namespace gradus::study
