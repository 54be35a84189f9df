#include "apps/study/analysis/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Statistics, PercentilesInterpolateAsNumpyDoes) {
  const std::vector<double> values = {7, 1, 4, 2};
  EXPECT_EQ(percentile(values, 0), 1);
  EXPECT_EQ(percentile(values, 100), 7);
  EXPECT_EQ(percentile(values, 50), 3);
  EXPECT_NEAR(percentile(values, 99), 6.91, 1e-14);
  EXPECT_NEAR(percentile(values, 20), 1.6, 1e-14);
  EXPECT_EQ(percentile({5}, 37), 5);
}

TEST(Statistics, PercentilesRefuseWhatHasNone) {
  EXPECT_THAT(error_of([] { percentile({}, 50); }), HasSubstr("got no value"));
  EXPECT_THAT(error_of([] { percentile({1, NAN}, 50); }), HasSubstr("got the value nan"));
  EXPECT_THAT(error_of([] { percentile({1, INFINITY}, 50); }), HasSubstr("got the value inf"));
  EXPECT_THAT(error_of([] { percentile({1}, 100.5); }), HasSubstr("got the percentile 100.5"));
  EXPECT_THAT(error_of([] { percentile({1}, -1); }), HasSubstr("expected 0 to 100"));
  EXPECT_THAT(error_of([] { percentile({1}, NAN); }), HasSubstr("got the percentile nan"));
}

TEST(Statistics, SummarisesAsNumpyAndTukeyDo) {
  const BoxSummary box = summarise({4, 1, 3, NAN, 2, 99});
  EXPECT_EQ(box.quartile_1, 2);
  EXPECT_EQ(box.median, 3);
  EXPECT_EQ(box.quartile_3, 4);
  EXPECT_EQ(box.low, 1);
  EXPECT_EQ(box.high, 4);
  EXPECT_THAT(box.outliers, ElementsAre(99));
}

TEST(Statistics, BoxOfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(summarise({NAN}).median));
  EXPECT_THAT(summarise({}).outliers, IsEmpty());
  EXPECT_EQ(summarise({3, 3}).high, 3);
}

}  // namespace
}  // namespace gradus::study
