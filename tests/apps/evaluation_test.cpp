#include "apps/study/fashion/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Images of one pixel, whose error is that pixel where all are reconstructed as 0.
ImageSet set_of(const std::vector<Scalar>& pixels, const std::vector<bool>& is_normal) {
  ImageSet set;
  set.images = Tensor::zeros({std::ssize(pixels), 1, 1});
  std::ranges::copy(pixels, set.images.mutable_data().begin());
  for (const bool normal : is_normal) set.labels.push_back(normal ? 1 : 2);
  set.index.resize(pixels.size());
  set.is_normal = is_normal;
  return set;
}

FashionSets sets() {
  FashionSets s;
  s.train_normal = set_of({Scalar(0.25), Scalar(0.75)}, {true, true});
  s.valid = set_of({Scalar(0.5), 4, Scalar(0.5), 2}, {true, false, true, false});
  s.test = set_of({1, Scalar(0.125), 3, Scalar(1.5)}, {false, true, false, true});
  return s;
}

Tensor zeros_for(const Tensor& images) { return Tensor::zeros(images.shape()); }

TEST(Evaluation, TakesErrorsApartAndJudgesTheTestSet) {
  const Evaluation e = evaluate(sets(), zeros_for);
  EXPECT_THAT(e.train_normal, ElementsAre(0.25, 0.75));
  EXPECT_THAT(e.valid_normal, ElementsAre(0.5, 0.5));
  EXPECT_THAT(e.valid_abnormal, ElementsAre(4, 2));
  EXPECT_THAT(e.test, ElementsAre(1, 0.125, 3, 1.5));
  EXPECT_THAT(e.test_normal, ElementsAre(0.125, 1.5));
  EXPECT_THAT(e.test_abnormal, ElementsAre(1, 3));

  EXPECT_STREQ(e.results[0].name, "best_validation");
  EXPECT_STREQ(e.results[1].name, "midpoint");
  EXPECT_STREQ(e.results[2].name, "mean_plus_2_5_std");
  // 0.5 itself is not below it, so the next step of the sweep to 3 is the best.
  EXPECT_DOUBLE_EQ(e.results[0].threshold, 0.525);
  EXPECT_DOUBLE_EQ(e.results[1].threshold, (2 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(e.results[2].threshold, 0.5 + 2.5 * 0.25);
  EXPECT_EQ(e.results[0].confusion.abnormal_as_abnormal, 2);
  EXPECT_EQ(e.results[1].confusion.abnormal_as_abnormal, 1);
  for (const ThresholdResult& r : e.results) {
    EXPECT_EQ(r.confusion.normal_as_normal, 1);
    EXPECT_EQ(r.confusion.normal_as_abnormal, 1);
  }
  EXPECT_DOUBLE_EQ(e.roc_auc, 0.75);                        // three of four pairs
  EXPECT_DOUBLE_EQ(e.average_precision, (1 + 2. / 3) / 2);  // at 3, and at 1
}

TEST(Evaluation, RefusesErrorsThatAreNotFinite) {
  FashionSets s = sets();
  s.train_normal.images.mutable_data()[0] = std::numeric_limits<Scalar>::quiet_NaN();
  EXPECT_THAT(test::error_of([&] { evaluate(s, zeros_for); }), HasSubstr("not finite"));
}

}  // namespace
}  // namespace gradus::study
