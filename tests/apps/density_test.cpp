#include "apps/study/analysis/density.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

TEST(Density, IsThatOfScipy) {
  // gaussian_kde(values)(x) of SciPy 1.17.1, whose default is Scott's rule, too.
  const std::vector<double> values = {0.1, 0.15, 0.2, 0.5, 0.9};
  const std::vector<double> x = {0, 0.2, 0.6, 1.2};
  EXPECT_NEAR(scott_bandwidth(values), 0.24255766905757567, 1e-12);
  EXPECT_THAT(
      density_at(values, x),
      Pointwise(DoubleNear(1e-12), std::vector<double>{0.8476285778201358, 1.1113269529524292,
                                                       0.6378357772363312, 0.15830982545089553}));
}

TEST(Density, GridHoldsAllOfIt) {
  const std::vector<double> values = {3, 1, 2, 2.5};
  const std::vector<double> x = density_grid(values, 2001);
  EXPECT_DOUBLE_EQ(x.front(), 1 - 3 * scott_bandwidth(values));
  EXPECT_DOUBLE_EQ(x.back(), 3 + 3 * scott_bandwidth(values));
  double area = 0;
  for (const double y : density_at(values, x)) area += y * (x[1] - x[0]);
  EXPECT_NEAR(area, 1, 2e-3);  // three bandwidths beyond the outer values
}

TEST(Density, EqualValuesAreANarrowPeak) {
  EXPECT_DOUBLE_EQ(scott_bandwidth(std::vector<double>{7}), 0.007);
  EXPECT_DOUBLE_EQ(scott_bandwidth(std::vector<double>{0, 0, 0}), 0.001);
  EXPECT_GT(density_at(std::vector<double>{2, 2}, std::vector<double>{2})[0], 100);
}

TEST(Density, RefusesWhatHasNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(test::error_of([] { scott_bandwidth({}); }), HasSubstr("got no value"));
  EXPECT_THAT(test::error_of([&] { density_grid(std::vector<double>{1, nan}); }), HasSubstr("nan"));
  EXPECT_THAT(test::error_of([] { density_grid(std::vector<double>{1}, 1); }),
              HasSubstr("1 points"));
}

}  // namespace
}  // namespace gradus::study
