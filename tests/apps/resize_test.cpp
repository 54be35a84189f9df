#include "apps/study/analysis/resize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using test::expect_near;
using ::testing::HasSubstr;

TEST(Resize, StretchesBetweenCentres) {
  // Four cells become seven: their centres lie at (i + 0.5) 4/7 - 0.5.
  const Tensor row = Tensor::from({1, 4, 1}, {0, 10, 20, 30});
  const Tensor wide = resize_bilinear(row, 1, 7);
  EXPECT_EQ(wide.shape(), Shape({1, 7, 1}));
  expect_near(wide, {0, 25. / 7, 65. / 7, 15, 145. / 7, 185. / 7, 30}, 1e-5);
  // Three become five, the outer ones beyond the first and last centre.
  expect_near(resize_bilinear(Tensor::from({3, 1, 1}, {0, 10, 20}), 5, 1), {0, 4, 10, 16, 20},
              1e-5);
}

TEST(Resize, WorksInBothDirectionsAndEveryDepth) {
  const Tensor grid = Tensor::from({2, 2, 2}, {0, 100, 1, 101, 2, 102, 3, 103});
  const Tensor larger = resize_bilinear(grid, 3, 3);
  expect_near(larger,
              {0, 100, 0.5, 100.5, 1, 101, 1, 101, 1.5, 101.5, 2, 102, 2, 102, 2.5, 102.5, 3, 103},
              1e-5);
}

TEST(Resize, KeepsWhatHasItsSizeAndSpreadsASingleCell) {
  const Tensor grid = Tensor::from({2, 3, 1}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(test::same_bits(resize_bilinear(grid, 2, 3), grid));
  expect_near(resize_bilinear(Tensor::from({1, 1, 1}, {5}), 2, 2), {5, 5, 5, 5});
}

TEST(Resize, RefusesOtherShapes) {
  EXPECT_THAT(test::error_of([] {
                resize_bilinear(Tensor::zeros({2, 2}), 3, 3);
              }),
              HasSubstr("(2, 2)"));
  EXPECT_THAT(test::error_of([] {
                resize_bilinear(Tensor::zeros({0, 2, 1}), 3, 3);
              }),
              HasSubstr("at least one"));
  EXPECT_THAT(test::error_of([] {
                resize_bilinear(Tensor::zeros({1, 2, 1}), 0, 3);
              }),
              HasSubstr("0 x 3"));
}

}  // namespace
}  // namespace gradus::study
