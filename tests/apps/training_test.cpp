#include "apps/study/run/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "nn/nn.h"
#include "tensor/safetensors.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

using test::error_of;
using test::TempDir;
using ::testing::HasSubstr;

// A parameter w that is drawn to 3 by the loss (w x - 3 x)^2 over samples x.
struct Problem {
  Generator random{1};
  nn::Dense layer{1, 1, Activation::linear, random};
  optim::SGD optimizer{layer.parameters(), {.learning_rate = Scalar(0.1)}};
  StudyOptions options;
  optim::Dataset data{Tensor::from({2, 1}, {1, 2}), Tensor::from({2, 1}, {3, 6})};

  Training train(RunFolder& folder) {
    const auto loss = [this](const optim::Batch& batch) {
      return nn::mse(layer(batch.inputs), batch.targets);
    };
    return study::train({options, 1, folder, {{"study", "problem"}}}, optimizer, data, data, loss);
  }
};

TEST(Train, LeavesTheBestWeightsAndACheckpoint) {
  const TempDir temp;
  RunFolder folder(temp.path(), Existing::refuse, "a run");
  Problem problem;
  problem.options.epochs = 5;
  const Training training = problem.train(folder);
  ASSERT_EQ(training.history.size(), 5u);
  EXPECT_EQ(training.last().epoch, 5);
  EXPECT_LT(training.last().loss, training.history.front().loss);
  EXPECT_EQ(training.best_epoch, 5);
  EXPECT_EQ(training.best_val_loss, training.last().monitored());
  EXPECT_GE(training.seconds(), 0);
  EXPECT_TRUE(folder.has_checkpoint());
  EXPECT_EQ(load_tensors(folder / "best.safetensors").tensors.size(), 2u);
}

TEST(Train, GoesOnOnlyWhereItMay) {
  const TempDir temp;
  RunFolder folder(temp.path(), Existing::refuse, "a run");
  const auto train = [&](int epochs, bool resume) {
    Problem problem;
    problem.options.epochs = epochs;
    problem.options.resume = resume;
    return problem.train(folder).history.size();
  };
  EXPECT_EQ(train(2, true), 2u) << "a run that was stopped before its first checkpoint";
  EXPECT_EQ(train(3, true), 3u);
  EXPECT_THAT(error_of([&] { train(2, true); }), HasSubstr("more than --epochs 2"));
  EXPECT_EQ(train(1, false), 1u);
}

TEST(Train, DoesNotBeginAnewWhereAFinishedRunLostItsCheckpoint) {
  const TempDir temp;
  RunFolder folder(temp.path(), Existing::refuse, "a run");
  folder.write("metrics.json", "{}");
  Problem problem;
  problem.options.resume = true;
  EXPECT_THAT(error_of([&] { problem.train(folder); }), HasSubstr("checkpoint to go on from"));
  EXPECT_TRUE(std::filesystem::exists(folder / "metrics.json"));
}

TEST(Train, EndsWhereTheLossIsNotFinite) {
  const TempDir temp;
  RunFolder folder(temp.path(), Existing::refuse, "a run");
  Problem problem;
  problem.data.inputs.mutable_data()[0] = std::numeric_limits<Scalar>::quiet_NaN();
  EXPECT_THAT(error_of([&] { problem.train(folder); }),
              HasSubstr("the loss became nan in epoch 1, step 1; look for NaN"));
  EXPECT_FALSE(std::filesystem::exists(folder / "best.safetensors"));
  EXPECT_FALSE(folder.has_checkpoint());
}

}  // namespace
}  // namespace gradus::study
