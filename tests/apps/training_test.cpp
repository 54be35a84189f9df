#include "apps/study/run/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "apps/study/run/breakdown.h"
#include "nn/nn.h"
#include "tensor/file.h"
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
    return study::train({options, "problem", 1, folder}, optimizer, data, data, loss);
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

// The loss of the n-th call is infinite. Each epoch has two steps, then two batches of validation.
TEST(BrokenTraining, LeavesAReportAndNoResult) {
  const TempDir temp;
  const auto train = [&](Existing existing, int epochs, int broken_call) {
    RunFolder folder(temp.path(), existing, "a run");
    Problem problem;
    problem.options = {.epochs = epochs, .batch_size = 1, .checkpoint_every = 1};
    problem.options.resume = existing == Existing::resume;
    int calls = 0;
    const auto loss = [&](const optim::Batch& batch) {
      const Scalar factor = ++calls == broken_call ? std::numeric_limits<Scalar>::infinity() : 1;
      return nn::mse(problem.layer(batch.inputs), batch.targets) * factor;
    };
    const study::Run run{problem.options, "problem", 7, folder};
    return error_of([&] {
      run_or_report(run, [&](const study::Run& one) {
        study::train(one, problem.optimizer, problem.data, problem.data, loss);
        folder.write("model.safetensors", "");
        folder.write("metrics.json", "{}");
      });
    });
  };
  const auto page = [&] { return read_file(temp / "report.html"); };

  EXPECT_EQ(train(Existing::refuse, 5, 10),
            "[training] the loss became inf in epoch 3, step 2; try a smaller learning rate; see " +
                (temp / "report.html").string());
  for (const char* part :
       {"<h1>A training that broke down</h1>", "problem, seed 7",
        "The loss became infinite in step 2 of epoch 3.",
        "It has no result, and no model came of it.",
        "Likely the steps were too large: try a --learning-rate smaller than 0.001.",
        "With --resume and --epochs 2 the run ends before", "href=\"loss.png\"",
        "href=\"loss_by_step.png\"", "<dt>epochs asked for</dt><dd>5</dd>"}) {
    EXPECT_THAT(page(), HasSubstr(part));
  }
  EXPECT_EQ(page().find("earlier end"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(temp / "metrics.json"));
  EXPECT_FALSE(std::filesystem::exists(temp / "best.safetensors"));

  EXPECT_EQ(train(Existing::resume, 2, 0), "(no error)") << "the way that the page shows";
  EXPECT_FALSE(std::filesystem::exists(temp / "report.html")) << "the end's is to be written";
  EXPECT_THAT(train(Existing::resume, 5, 3), HasSubstr("val_loss became inf in epoch 3; "));
  EXPECT_THAT(page(), HasSubstr("The validation loss became infinite in the validation after "
                                "epoch 3."));
  EXPECT_THAT(page(), HasSubstr("of an earlier end of this run, after fewer epochs"));
  EXPECT_FALSE(std::filesystem::exists(temp / "metrics.json"));

  EXPECT_THAT(train(Existing::overwrite, 5, 1), HasSubstr("look for NaN or infinity in the data"));
  EXPECT_THAT(page(), HasSubstr("No weight had changed yet, so likely the data has NaN"));
  EXPECT_THAT(page(), HasSubstr("There are none before it."));
}

}  // namespace
}  // namespace gradus::study
