#include "apps/study/analysis/train_test_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The figures are scikit-learn's (1.9.1 on NumPy 2.4.6):
// train_test_split(range(n), test_size=share, random_state=seed).
TEST(TrainTestSplit, IsThatOfScikitLearn) {
  const TrainTestSplit ten = legacy_split(10, 0.2, 21);
  EXPECT_THAT(ten.train, ElementsAre(7, 3, 5, 6, 0, 4, 8, 9));
  EXPECT_THAT(ten.test, ElementsAre(1, 2));
  const TrainTestSplit seven = legacy_split(7, 0.5, 0);
  EXPECT_THAT(seven.train, ElementsAre(0, 5, 4));
  EXPECT_THAT(seven.test, ElementsAre(6, 2, 1, 3));
  const TrainTestSplit two = legacy_split(2, 0.2, 3);
  EXPECT_THAT(two.train, ElementsAre(0));
  EXPECT_THAT(two.test, ElementsAre(1));
  const TrainTestSplit many = legacy_split(21, 0.25, 4294967295);
  EXPECT_THAT(many.train, ElementsAre(13, 8, 17, 15, 19, 11, 16, 9, 10, 6, 0, 7, 12, 2, 3));
  EXPECT_THAT(many.test, ElementsAre(14, 18, 20, 4, 1, 5));
}

TEST(TrainTestSplit, IsThatOfScikitLearnForEveryRowOfEcg5000) {
  const auto weighted_sum = [](const std::vector<Index>& order) {
    Index sum = 0;
    for (std::size_t i = 0; i < order.size(); ++i) sum += static_cast<Index>(i + 1) * order[i];
    return sum % 1000003;
  };
  const TrainTestSplit split = legacy_split(4998, 0.2, 21);
  EXPECT_EQ(split.test.size(), 1000u);
  EXPECT_EQ(weighted_sum(split.train), 567699);
  EXPECT_EQ(weighted_sum(split.test), 25427);
}

TEST(TrainTestSplit, RefusesToLeaveASetEmpty) {
  EXPECT_THAT(error_of([] { legacy_split(1, 0.2, 21); }), HasSubstr("got 1 rows"));
  EXPECT_THAT(error_of([] { legacy_split(0, 0.2, 21); }), HasSubstr("got 0 rows"));
  EXPECT_THAT(error_of([] { legacy_split(3, 0.9, 21); }), HasSubstr("enough for both"));
  EXPECT_THAT(error_of([] { legacy_split(3, 0, 21); }), HasSubstr("test share 0"));
  EXPECT_THAT(error_of([] { legacy_split(3, 1, 21); }), HasSubstr("test share 1"));
}

}  // namespace
}  // namespace gradus::study
