#include "apps/study/analysis/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "tensor/error.h"

namespace gradus::study {
namespace {

// Figures said to be scikit-learn's were computed with its release 1.9.

TEST(ConfusionTest, CountsStrictlyBelowAsNormal) {
  // Four normal samples, one of them exactly on the threshold; six abnormal ones.
  const std::vector<double> scores = {.1, .2, .29, .3, .5, .25, .3, .31, .9, .4};
  const std::vector<bool> normal = {true,  true,  true,  true,  false,
                                    false, false, false, false, false};
  const Confusion c = confusion(scores, normal, 0.3);
  EXPECT_EQ(c.abnormal_as_abnormal, 5);
  EXPECT_EQ(c.abnormal_as_normal, 1);
  EXPECT_EQ(c.normal_as_abnormal, 1);
  EXPECT_EQ(c.normal_as_normal, 3);
  EXPECT_DOUBLE_EQ(c.accuracy(), 0.8);
  EXPECT_DOUBLE_EQ(c.precision(), 0.75);
  EXPECT_DOUBLE_EQ(c.recall(), 0.75);
}

TEST(ConfusionTest, GivesTheFiguresOfThePublishedRun) {
  // At its best validation threshold.
  const Confusion c{.abnormal_as_abnormal = 960,
                    .abnormal_as_normal = 40,
                    .normal_as_abnormal = 35,
                    .normal_as_normal = 2965};
  EXPECT_DOUBLE_EQ(c.accuracy(), 0.98125);
  EXPECT_DOUBLE_EQ(c.precision(), 0.9866888519134775);
  EXPECT_DOUBLE_EQ(c.recall(), 0.9883333333333333);
}

TEST(ConfusionTest, CallsAShareOfNothingZero) {
  EXPECT_EQ(Confusion{}.accuracy(), 0);
  EXPECT_EQ(Confusion{}.precision(), 0);
  EXPECT_EQ(Confusion{}.recall(), 0);
}

TEST(RankingTest, AgreesWithScikitLearnOnTies) {
  // Three samples share 0.4, one of them positive.
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.2, 0.9};
  const std::vector<bool> positive = {false, false, true, true, true, false, false, true};
  EXPECT_DOUBLE_EQ(roc_auc(scores, positive), 0.8125);
  EXPECT_DOUBLE_EQ(average_precision(scores, positive), 0.8166666666666667);

  // Turned round: the same area, another precision.
  std::vector<double> reversed;
  for (const double score : scores) reversed.push_back(-score);
  std::vector<bool> negative = positive;
  negative.flip();
  EXPECT_DOUBLE_EQ(roc_auc(reversed, negative), 0.8125);
  EXPECT_DOUBLE_EQ(average_precision(reversed, negative), 0.8333333333333333);
}

TEST(RankingTest, AgreesWithScikitLearnOnManySamples) {
  std::vector<double> scores;
  std::vector<bool> positive;
  uint32_t random = 1;
  const auto next = [&] { return ((random = random * 1664525 + 1013904223) >> 24) / 256.0; };
  for (int i = 0; i < 1000; ++i) {
    scores.push_back(next());  // of 256 values, so nearly all are ties
    positive.push_back(next() < scores.back());
  }
  EXPECT_NEAR(roc_auc(scores, positive), 0.8426694827117234, 1e-14);
  EXPECT_NEAR(average_precision(scores, positive), 0.8390268292354233, 1e-14);
}

TEST(RankingTest, RanksPerfectReversedAndAllEqual) {
  const std::vector<bool> positive = {false, false, true, true};
  EXPECT_EQ(roc_auc(std::vector<double>{1, 2, 3, 4}, positive), 1.0);
  EXPECT_EQ(roc_auc(std::vector<double>{4, 3, 2, 1}, positive), 0.0);
  EXPECT_EQ(roc_auc(std::vector<double>{5, 5, 5, 5}, positive), 0.5);
  EXPECT_EQ(average_precision(std::vector<double>{1, 2, 3, 4}, positive), 1.0);
  EXPECT_EQ(average_precision(std::vector<double>{5, 5, 5, 5}, positive), 0.5);
  // By hand, highest first: 0/1, 0/2, 1/3, 2/4; the gains are 1/2 each.
  EXPECT_DOUBLE_EQ(average_precision(std::vector<double>{4, 3, 2, 1}, positive), 5.0 / 12);
}

TEST(RankingTest, HandlesAnEmptyClass) {
  const std::vector<double> scores = {.1, .2};
  EXPECT_TRUE(std::isnan(roc_auc(scores, {true, true})));
  EXPECT_TRUE(std::isnan(roc_auc(scores, {false, false})));
  EXPECT_TRUE(std::isnan(roc_auc({}, {})));
  EXPECT_EQ(average_precision(scores, {true, true}), 1.0);
  EXPECT_EQ(average_precision(scores, {false, false}), 0.0);
  EXPECT_EQ(average_precision({}, {}), 0.0);
}

TEST(RankingTest, RefusesWhatHasNoRank) {
  const std::vector<double> bad = {.1, std::nan("")};
  const std::vector<bool> flags = {true, false};
  EXPECT_THROW(roc_auc(bad, flags), Error);
  EXPECT_THROW(average_precision(bad, flags), Error);
  EXPECT_THROW(confusion(bad, flags, 0.5), Error);
  const std::vector<double> three = {1, 2, 3};
  EXPECT_THROW(roc_auc(three, flags), Error);
  EXPECT_THROW(average_precision(three, flags), Error);
  EXPECT_THROW(confusion(three, flags, 0.5), Error);
}

TEST(MeanStdTest, IsThePopulations) {
  const MeanStd result = mean_std(std::vector<double>{2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(result.mean, 5);
  EXPECT_EQ(result.std, 2);
  EXPECT_EQ(mean_std(std::vector<double>{3}).std, 0);
}

TEST(MeanStdTest, DoesNotCancel) {
  // Mean of squares minus square of mean would give 0 or 11 here. numpy's figure.
  const MeanStd result = mean_std(std::vector<double>{1e9 + 1, 1e9 + 2, 1e9 + 4});
  EXPECT_DOUBLE_EQ(result.mean, 1000000002.3333334);
  EXPECT_NEAR(result.std, 1.2472191289246477, 1e-12);
}

TEST(MeanStdTest, IsNotANumberWithoutValues) {
  EXPECT_TRUE(std::isnan(mean_std({}).mean));
  EXPECT_TRUE(std::isnan(mean_std({}).std));
}

}  // namespace
}  // namespace gradus::study
