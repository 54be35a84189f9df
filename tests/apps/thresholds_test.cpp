#include "apps/study/analysis/thresholds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tensor/error.h"

namespace gradus::study {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Figures computed with numpy, arange for the sweep as the notebooks have it.
TEST(ThresholdsTest, AreThoseOfTheNotebooks) {
  const std::vector<double> training = {.1, .2, .3, .4};
  const std::vector<double> normal = {.1, .2, .3, .5};
  const std::vector<double> abnormal = {.4, .6, .7, .9};
  const auto [thresholds, sweep] = find_thresholds(training, normal, abnormal);

  EXPECT_DOUBLE_EQ(thresholds.mean_plus_2_5_std, 0.5295084971874737);
  EXPECT_DOUBLE_EQ(thresholds.abnormal_mean_minus_std, 0.46972243622680054);
  EXPECT_DOUBLE_EQ(thresholds.normal_mean_plus_std, 0.42290199457749045);
  EXPECT_DOUBLE_EQ(thresholds.midpoint, 0.4463122154021455);
  // The step is 0.00375; seven of them lead past 0.3, where all but one (0.5) are right.
  EXPECT_NEAR(thresholds.best_validation, 0.30125, 1e-14);

  ASSERT_EQ(sweep.size(), 100);
  EXPECT_DOUBLE_EQ(sweep.front().threshold, 0.275);
  EXPECT_EQ(sweep.front().accuracy, 0.75);
  EXPECT_EQ(sweep[7].threshold, thresholds.best_validation);
  EXPECT_EQ(sweep[7].accuracy, 0.875);
  EXPECT_NEAR(sweep.back().threshold, 0.64625, 1e-14);
  EXPECT_EQ(sweep.back().accuracy, 0.75);
}

TEST(ThresholdsTest, PredictAScoreOnTheThresholdAbnormal) {
  // The first threshold is the normal mean, 1, on which a normal score lies.
  const std::vector<double> normal = {0, 1, 2}, abnormal = {101};
  const auto search = find_thresholds(normal, normal, abnormal);
  EXPECT_EQ(search.sweep[0].threshold, 1);
  EXPECT_EQ(search.sweep[0].accuracy, 0.5);
  EXPECT_EQ(search.sweep[1].threshold, 2);
  EXPECT_EQ(search.sweep[1].accuracy, 0.75);
  EXPECT_EQ(search.sweep[2].accuracy, 1);
  EXPECT_EQ(search.thresholds.best_validation, 3);
}

TEST(ThresholdsTest, SweepDownWhereTheModelHasItBackwards) {
  const std::vector<double> normal = {200}, abnormal = {100};
  const auto search = find_thresholds(normal, normal, abnormal);
  EXPECT_EQ(search.sweep.front().threshold, 200);
  EXPECT_EQ(search.sweep.back().threshold, 101);
  EXPECT_EQ(search.thresholds.best_validation, 200);  // all are wrong; the first is as good as any
  EXPECT_EQ(search.sweep.front().accuracy, 0);
}

TEST(ThresholdsTest, StayWhereTheMeansAreEqual) {
  const std::vector<double> same = {.1, .3};
  const auto search = find_thresholds(same, same, same);
  for (const SweepPoint& point : search.sweep) EXPECT_EQ(point.threshold, 0.2);
  EXPECT_EQ(search.thresholds.best_validation, 0.2);
}

TEST(ThresholdsTest, NeedScoresThatMeanSomething) {
  const std::vector<double> good = {.1, .2}, none, bad = {.1, std::nan(""), .3};
  const auto find = [](const auto& a, const auto& b, const auto& c) {
    return [&a, &b, &c] { find_thresholds(a, b, c); };
  };
  EXPECT_THAT(find(none, good, good), ThrowsMessage<Error>(HasSubstr("no normal training")));
  EXPECT_THAT(find(good, none, good), ThrowsMessage<Error>(HasSubstr("no normal validation")));
  EXPECT_THAT(find(good, good, none), ThrowsMessage<Error>(HasSubstr("no abnormal validation")));
  EXPECT_THAT(find(good, good, bad), ThrowsMessage<Error>(HasSubstr("not finite")));
}

}  // namespace
}  // namespace gradus::study
