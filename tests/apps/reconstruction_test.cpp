#include "apps/study/model/reconstruction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect.h"

namespace gradus::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Tensor zeros_for(const Tensor& images) { return Tensor::zeros(images.shape()); }

TEST(ReconstructionMae, IsTheMeanAbsoluteErrorOfEachImage) {
  const Tensor images = Tensor::from({3, 1, 2}, {1, -1, Scalar(0.5), 0, 0, 0});
  EXPECT_THAT(reconstruction_mae(images, zeros_for), ElementsAre(1, 0.25, 0));
}

TEST(ReconstructionMae, CoversEveryImageOfManyInBatches) {
  Tensor images = Tensor::zeros({1300, 4});
  for (Index i = 0; i < 1300 * 4; ++i) {
    images.mutable_data()[static_cast<std::size_t>(i)] = static_cast<Scalar>(i / 4);
  }
  Index largest = 0, seen = 0;
  const std::vector<double> mae = reconstruction_mae(images, [&](const Tensor& batch) {
    largest = std::max(largest, batch.shape()[0]);
    seen += batch.shape()[0];
    return zeros_for(batch);
  });
  ASSERT_EQ(mae.size(), 1300u);
  for (std::size_t i = 0; i < mae.size(); ++i) EXPECT_EQ(mae[i], i);
  EXPECT_EQ(seen, 1300);
  EXPECT_LT(largest, 1300);
}

TEST(ReconstructionMae, OfNothingIsNothing) {
  EXPECT_THAT(reconstruction_mae(Tensor::zeros({0, 2, 2}), zeros_for), IsEmpty());
}

TEST(ReconstructionMae, RefusesAnotherShape) {
  const Tensor images = Tensor::zeros({2, 3});
  const auto flat = [](const Tensor&) { return Tensor::zeros({6}); };
  EXPECT_THAT(test::error_of([&] { reconstruction_mae(images, flat); }),
              HasSubstr("[reconstruction]"));
}

}  // namespace
}  // namespace gradus::study
