#include "optim/best_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::optim {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class BestWeightsTest : public testing::Test {
 protected:
  // An epoch that ends with all weights `value` and that loss.
  void epoch(Scalar value, double loss, std::optional<double> val_loss = std::nullopt) {
    w_.mutable_value().mutable_data()[0] = value;
    history_.push_back({static_cast<int>(history_.size()) + 1, loss, val_loss, 0});
    best_.on_epoch_end(history_);
  }
  Scalar kept() const { return best_.weights()[0].value.item(); }

  Variable w_{Tensor::from({1}, {7}), true};
  BestWeights best_{{{"w", w_}}};
  History history_;
};

TEST_F(BestWeightsTest, BeforeTheFirstEpochTheyAreTheFirstWeights) {
  EXPECT_EQ(best_epoch(history_), 0);
  EXPECT_EQ(kept(), 7);
  EXPECT_FALSE(best_.weights()[0].value.shares_storage(w_.value()));
}

TEST_F(BestWeightsTest, AreThoseOfTheLowestLoss) {
  epoch(1, 5);
  epoch(2, 3);
  epoch(3, 4);
  EXPECT_EQ(best_epoch(history_), 2);
  EXPECT_EQ(kept(), 2);
  epoch(4, -1);
  EXPECT_EQ(best_epoch(history_), 4);
}

TEST_F(BestWeightsTest, ATieKeepsTheEarlier) {
  epoch(1, 3);
  epoch(2, 3);
  EXPECT_EQ(best_epoch(history_), 1);
  EXPECT_EQ(kept(), 1);
}

TEST_F(BestWeightsTest, GoToAFileWithMetadata) {
  const test::TempDir dir;
  epoch(3, 1);
  best_.save(dir / "best.safetensors", {{"epoch", "1"}});
  const TensorFile file = load_tensors(dir / "best.safetensors");
  EXPECT_EQ(file.at("w").item(), 3);
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"epoch", "1"}}));
}

TEST_F(BestWeightsTest, TheValidationLossDecidesWhereThereIsOne) {
  epoch(1, 9, 1);
  epoch(2, 0, 2);
  EXPECT_EQ(best_epoch(history_), 1);
}

TEST_F(BestWeightsTest, NanIsNeverTheBest) {
  epoch(1, kNan);
  EXPECT_EQ(best_epoch(history_), 0);
  EXPECT_EQ(kept(), 7);
  epoch(2, 5);
  EXPECT_EQ(best_epoch(history_), 2);
  epoch(3, kNan);
  EXPECT_EQ(best_epoch(history_), 2);
  epoch(4, 4);
  EXPECT_EQ(best_epoch(history_), 4);
}

TEST_F(BestWeightsTest, InfinityIsBetterThanNothingAndWorseThanAnyNumber) {
  epoch(1, std::numeric_limits<double>::infinity());
  EXPECT_EQ(best_epoch(history_), 1);
  epoch(2, 1e300);
  EXPECT_EQ(best_epoch(history_), 2);
}

TEST_F(BestWeightsTest, RestorePutsThemBack) {
  epoch(1, 3);
  epoch(2, 4);
  best_.restore();
  EXPECT_EQ(w_.item(), 1);
  w_.mutable_value().mutable_data()[0] = 99;
  EXPECT_EQ(kept(), 1);
}

TEST_F(BestWeightsTest, SaveWritesThemUnderTheirNames) {
  const test::TempDir dir;
  epoch(1, 3);
  epoch(2, 4);
  best_.save(dir / "best.safetensors");
  const TensorFile file = load_tensors(dir / "best.safetensors");
  ASSERT_EQ(file.tensors.size(), 1u);
  EXPECT_EQ(file.at("w").item(), 1);
}

TEST_F(BestWeightsTest, AreStateForACheckpoint) {
  epoch(8, 2.5);
  EXPECT_EQ(best_.state()[0].name, "w");
  EXPECT_TRUE(best_.state()[0].value.shares_storage(best_.weights()[0].value));
}

TEST(BestEpoch, HasToBeBetterByMoreThanADelta) {
  const History history{{1, 5, {}, 0}, {2, 4.5, {}, 0}, {3, 4, {}, 0}, {4, 3.5, {}, 0}};
  EXPECT_EQ(best_epoch(history), 4);
  EXPECT_EQ(best_epoch(history, 0.5), 3);  // 4 is lower than 5 by more than 0.5; 3.5 than 4 is not
  EXPECT_EQ(best_epoch(history, 2), 1);
  EXPECT_EQ(best_epoch({}), 0);
}

}  // namespace
}  // namespace gradus::optim
