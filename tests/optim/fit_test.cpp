#include "optim/fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "autograd/arithmetic.h"
#include "autograd/reductions.h"
#include "autograd/shaping.h"
#include "nn/layers.h"
#include "nn/losses.h"
#include "optim/adam.h"
#include "optim/sgd.h"
#include "tests/support/expect.h"

namespace gradus::optim {
namespace {

using test::error_of;
using test::kClose;

// One parameter w; the loss of a batch is the mean of w * input. Its gradient
// is the mean input of the batch.
class Fit : public testing::Test {
 protected:
  static Dataset numbers(std::vector<Scalar> values) {
    const Tensor t = Tensor::from({static_cast<Index>(values.size())}, values);
    return {t, t};
  }
  LossFunction loss() {
    return [this](const Batch& batch) {
      for (const Scalar v : batch.inputs.value().data()) seen_.push_back(v);
      batches_.push_back(batch.inputs.shape()[0]);
      return mean(w_ * batch.inputs);
    };
  }

  Variable w_{Tensor::scalar(1), true};
  SGD sgd_{{{"w", w_}}, {.learning_rate = Scalar(0.1)}};
  std::vector<Scalar> seen_;
  std::vector<Index> batches_;
};

// Inputs 1 to 5 in batches of two, w = 1:
//   (1, 2)  loss 1.5,               w = 1 - 0.15 = 0.85
//   (3, 4)  loss 0.85 * 3.5 = 2.975, w = 0.85 - 0.35 = 0.5
//   (5)     loss 0.5 * 5 = 2.5,     w = 0.5 - 0.5 = 0
// The loss of the epoch is the mean over the samples: (3 + 5.95 + 2.5) / 5 = 2.29.
// In the second epoch:
//   loss 0,                w = -0.15
//   loss -0.525,           w = -0.5
//   loss -2.5,             w = -1
// (0 - 1.05 - 2.5) / 5 = -0.71.
TEST_F(Fit, HistoryOfAHandWorkedRun) {
  const History history =
      fit(sgd_, numbers({1, 2, 3, 4, 5}), loss(), {.epochs = 2, .batch_size = 2, .shuffle = false});
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].epoch, 1);
  EXPECT_EQ(history[1].epoch, 2);
  EXPECT_NEAR(history[0].loss, 2.29, kClose);
  EXPECT_NEAR(history[1].loss, -0.71, kClose);
  EXPECT_FALSE(history[0].val_loss.has_value());
  EXPECT_EQ(history[0].monitored(), history[0].loss);
  EXPECT_GE(history[0].seconds, 0);
  EXPECT_NEAR(w_.item(), -1, kClose);
  EXPECT_EQ(batches_, (std::vector<Index>{2, 2, 1, 2, 2, 1}));
  EXPECT_EQ(seen_, (std::vector<Scalar>{1, 2, 3, 4, 5, 1, 2, 3, 4, 5}));
}

// After the one step w = 1 - 0.1 * 3 = 0.7. Validation on 10, 20 and 60 in
// batches of two: (0.7 * 15 * 2 + 0.7 * 60) / 3 = 0.7 * 30 = 21.
TEST_F(Fit, ReportsTheLossBeforeTheStepAlsoWhereItIsTheParameterItself) {
  const Variable w(Tensor::ones({}), true);
  SGD sgd({{"w", w}}, {.learning_rate = Scalar(0.5)});
  const History history =
      fit(sgd, numbers({1}), [&](const Batch&) { return reshape(w, {}); }, {.epochs = 1});
  EXPECT_EQ(history[0].loss, 1);
  EXPECT_EQ(w.item(), Scalar(0.5));
}

TEST_F(Fit, ValidatesAfterTheEpochWithoutTraining) {
  const History history = fit(sgd_, numbers({2, 4}), loss(),
                              {.epochs = 1, .batch_size = 2, .validation = numbers({10, 20, 60})});
  ASSERT_TRUE(history[0].val_loss.has_value());
  EXPECT_NEAR(*history[0].val_loss, 21, 1e-4);
  EXPECT_EQ(history[0].monitored(), *history[0].val_loss);
  EXPECT_NEAR(w_.item(), 0.7, kClose);
  EXPECT_EQ(sgd_.steps(), 1);
  EXPECT_EQ(seen_.size(), 5u);
  EXPECT_TRUE(std::equal(seen_.begin() + 2, seen_.end(), std::vector<Scalar>{10, 20, 60}.begin()));
}

TEST_F(Fit, EveryEpochSeesEverySampleOnceInAnotherOrder) {
  std::vector<Scalar> values(103);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Scalar>(i);
  fit(sgd_, numbers(values), loss(), {.epochs = 3, .batch_size = 10, .seed = 7});
  ASSERT_EQ(seen_.size(), 309u);
  std::vector<std::vector<Scalar>> epochs;
  for (int e = 0; e < 3; ++e) {
    epochs.emplace_back(seen_.begin() + e * 103, seen_.begin() + (e + 1) * 103);
    std::vector<Scalar> sorted = epochs.back();
    std::ranges::sort(sorted);
    EXPECT_EQ(sorted, values);
    EXPECT_NE(epochs.back(), values);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_NE(epochs[1], epochs[2]);
}

TEST_F(Fit, TheOrderDependsOnSeedAndEpochOnly) {
  std::vector<Scalar> values(50);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Scalar>(i);
  const auto order = [&](FitOptions options) {
    seen_.clear();
    options.batch_size = 8;
    fit(sgd_, numbers(values), loss(), options);
    return seen_;
  };
  const std::vector<Scalar> first = order({.epochs = 1, .seed = 7});
  EXPECT_EQ(order({.epochs = 1, .seed = 7}), first);
  EXPECT_NE(order({.epochs = 1, .seed = 8}), first);
  const std::vector<Scalar> both = order({.epochs = 2, .seed = 7});
  EXPECT_EQ(std::vector<Scalar>(both.begin(), both.begin() + 50), first);
  // A run that is taken up after the first epoch goes on with the second.
  const std::vector<Scalar> second =
      order({.epochs = 2, .seed = 7, .history = {EpochLog{.epoch = 1}}});
  EXPECT_EQ(second, std::vector<Scalar>(both.begin() + 50, both.end()));
}

TEST_F(Fit, InputsAndTargetsStayTogether) {
  const Tensor inputs = Tensor::from({4, 1}, {1, 2, 3, 4});
  const Tensor targets = Tensor::from({4, 2}, {10, -1, 20, -2, 30, -3, 40, -4});
  int batches = 0;
  fit(sgd_, {inputs, targets},
      [&](const Batch& batch) {
        for (Index i = 0; i < batch.inputs.shape()[0]; ++i) {
          const Scalar x = batch.inputs.value().data()[static_cast<std::size_t>(i)];
          EXPECT_EQ(batch.targets.value().data()[static_cast<std::size_t>(2 * i)], 10 * x);
          EXPECT_EQ(batch.targets.value().data()[static_cast<std::size_t>(2 * i + 1)], -x);
        }
        ++batches;
        return w_ * 1;
      },
      {.epochs = 2, .batch_size = 3});
  EXPECT_EQ(batches, 4);
}

// Each number predicts the next: two views of one tensor, and not one tensor.
TEST_F(Fit, InputsAndTargetsMayBeDifferentRowsOfOneTensor) {
  const Tensor series = Tensor::from({5}, {0, 1, 2, 3, 4});
  for (const bool shuffle : {false, true}) {
    fit(sgd_, {series.rows(0, 4), series.rows(1, 5)},
        [&](const Batch& batch) {
          for (std::size_t i = 0; i < 2; ++i) {
            EXPECT_EQ(batch.targets.value().data()[i], batch.inputs.value().data()[i] + 1);
          }
          return w_ * 1;
        },
        {.epochs = 1, .batch_size = 2, .shuffle = shuffle});
  }
}

// The first rows of the inputs, begun at the same element, under another shape.
TEST_F(Fit, InputsAndTargetsMayBeginAtTheSameElement) {
  const Tensor x = Tensor::from({2, 2}, {1, 2, 3, 4});
  const Tensor first = x.reshape({4}).rows(0, 2);
  std::vector<Shape> shapes;
  const auto loss = [&](const Batch& batch) {
    shapes.push_back(batch.inputs.shape());
    shapes.push_back(batch.targets.shape());
    return mean(w_ * batch.inputs);
  };
  fit(sgd_, {x, first}, loss, {.epochs = 1});
  EXPECT_EQ(shapes, (std::vector<Shape>{{2, 2}, {2}}));
}

TEST_F(Fit, OneTensorForBothIsGatheredOnce) {
  fit(sgd_, numbers({1, 2, 3}),
      [&](const Batch& batch) {
        EXPECT_TRUE(batch.inputs.value().shares_storage(batch.targets.value()));
        return w_ * 1;
      },
      {});
}

TEST_F(Fit, ABatchMayBeLargerThanTheData) {
  const History history = fit(sgd_, numbers({1, 3}), loss(), {.batch_size = 1000});
  EXPECT_EQ(batches_, std::vector<Index>{2});
  EXPECT_NEAR(history[0].loss, 2, kClose);
}

TEST_F(Fit, NoEpochsTrainNothing) {
  EXPECT_TRUE(fit(sgd_, numbers({1}), loss(), {.epochs = 0}).empty());
  EXPECT_EQ(sgd_.steps(), 0);
  const History before{{.epoch = 1, .loss = 5}, {.epoch = 2, .loss = 4}};
  const History after = fit(sgd_, numbers({1}), loss(), {.epochs = 2, .history = before});
  ASSERT_EQ(after.size(), 2u);  // all done before
  EXPECT_EQ(after[1].loss, 4);
  EXPECT_EQ(sgd_.steps(), 0);
}

TEST_F(Fit, ATakenUpRunKeepsItsHistory) {
  const History history =
      fit(sgd_, numbers({1}), loss(), {.epochs = 3, .history = {{.epoch = 1, .loss = 5}}});
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].loss, 5);
  EXPECT_EQ(history[1].epoch, 2);
  EXPECT_EQ(history[2].epoch, 3);
  EXPECT_EQ(sgd_.steps(), 2);
}

TEST_F(Fit, RefusesDataAndOptionsThatMakeNoSense) {
  const auto message = [&](const Dataset& data, const FitOptions& options) {
    return error_of([&] { fit(sgd_, data, loss(), options); });
  };
  const Tensor three = Tensor::ones({3, 2}), two = Tensor::ones({2});
  EXPECT_EQ(message({three, two}, {}),
            "[fit] got training inputs of shape (3, 2) and targets of shape (2,), expected as many "
            "of each");
  EXPECT_EQ(message({three, three}, {.validation = {three, two}}),
            "[fit] got validation inputs of shape (3, 2) and targets of shape (2,), expected as "
            "many of each");
  EXPECT_EQ(message({three, three}, {.validation = {Tensor::zeros({0, 2}), two}}),
            "[fit] got validation inputs of shape (0, 2) and targets of shape (2,), expected as "
            "many of each");
  EXPECT_EQ(message({Tensor::zeros({0, 2}), Tensor::zeros({0})}, {}),
            "[fit] got no training samples");
  EXPECT_EQ(message({}, {}), "[fit] got no training samples");
  EXPECT_NE(message({three, Tensor::scalar(1)}, {}), "(no error)");
  EXPECT_NE(message({Tensor::scalar(1), Tensor::scalar(1)}, {}), "(no error)");
  EXPECT_EQ(message({three, three}, {.epochs = -1}), "[fit] got -1 epochs, expected 0 or more");
  EXPECT_EQ(message({three, three}, {.batch_size = 0}),
            "[fit] got batch size 0, expected 1 or more");
  EXPECT_EQ(sgd_.steps(), 0);
}

class Recorder : public Callback {
 public:
  Recorder(std::string name, std::vector<std::string>& log) : name_(std::move(name)), log_(log) {}
  void on_train_begin(const FitPlan& plan) override {
    log_.push_back(
        fmt::format("{} begin {}-{} of {}", name_, plan.first_epoch, plan.epochs, plan.batches));
  }
  void on_batch_end(const History& history, const EpochPart& part) override {
    log_.push_back(
        fmt::format("{} batch {}.{} {:.2f}", name_, history.size() + 1, part.batches, part.loss()));
  }
  void on_epoch_end(const History& history) override {
    log_.push_back(fmt::format("{} epoch {}", name_, history.back().epoch));
  }
  void on_epoch_settled(const History&, bool last) override {
    log_.push_back(fmt::format("{} settled{}", name_, last ? ", last" : ""));
  }
  void on_train_end(const History&) override { log_.push_back(name_ + " end"); }

 private:
  std::string name_;
  std::vector<std::string>& log_;
};

// The losses are those of HistoryOfAHandWorkedRun's first epoch, as running
// means: 1.5, (3 + 5.95) / 4 = 2.2375, 2.29.
TEST_F(Fit, CallsTheCallbacksInOrder) {
  std::vector<std::string> log;
  Recorder a("a", log), b("b", log);
  fit(sgd_, numbers({1, 2, 3, 4, 5}), loss(),
      {.epochs = 1, .batch_size = 2, .shuffle = false, .callbacks = {&a, &b}});
  EXPECT_EQ(log,
            (std::vector<std::string>{
                "a begin 1-1 of 3", "b begin 1-1 of 3", "a batch 1.1 1.50", "b batch 1.1 1.50",
                "a batch 1.2 2.24", "b batch 1.2 2.24", "a batch 1.3 2.29", "b batch 1.3 2.29",
                "a epoch 1", "b epoch 1", "a settled, last", "b settled, last", "a end", "b end"}));
}

// The second batch of HistoryOfAHandWorkedRun's first epoch is next: w = 0.85.
TEST_F(Fit, GoesOnWithinAnEpoch) {
  w_.mutable_value().mutable_data()[0] = Scalar(0.85);
  const History history = fit(sgd_, numbers({1, 2, 3, 4, 5}), loss(),
                              {.epochs = 2,
                               .batch_size = 2,
                               .shuffle = false,
                               .part = {.batches = 1, .samples = 2, .sum = 3, .seconds = 100}});
  EXPECT_NEAR(history[0].loss, 2.29, kClose);
  EXPECT_NEAR(history[1].loss, -0.71, kClose);
  EXPECT_EQ(batches_, (std::vector<Index>{2, 1, 2, 2, 1}));
  EXPECT_GE(history[0].seconds, 100);
  EXPECT_LT(history[1].seconds, 100);
  EXPECT_EQ(error_of([&] {
              fit(sgd_, numbers({1, 2, 3}), loss(),
                  {.batch_size = 2, .part = {.batches = 1, .samples = 3}});
            }),
            "[fit] got 3 samples trained on in 1 batches, expected 2");
  // More batches than there are, so many that their samples could not be counted.
  EXPECT_EQ(error_of([&] {
              fit(sgd_, numbers({1, 2, 3}), loss(),
                  {.batch_size = 2, .part = {.batches = Index{1} << 62}});
            }),
            "[fit] got an epoch stopped after 4611686018427387904 batches, expected 0 to 2");
  EXPECT_EQ(error_of([&] {
              fit(sgd_, numbers({1, 2, 3}), loss(), {.batch_size = 2, .part = {.batches = -1}});
            }),
            "[fit] got an epoch stopped after -1 batches, expected 0 to 2");
}

TEST_F(Fit, EndsWhereACallbackStops) {
  class Stop final : public Callback {
   public:
    bool stops(const History& history) const override { return history.size() == 2; }
  } stop;
  std::vector<std::string> log;
  Recorder a("a", log);
  EXPECT_EQ(fit(sgd_, numbers({1}), loss(), {.epochs = 9, .callbacks = {&a, &stop}}).size(), 2u);
  EXPECT_EQ((std::vector<std::string>{log.end() - 3, log.end()}),
            (std::vector<std::string>{"a epoch 2", "a settled, last", "a end"}));
  // Taken up again it has nothing left to do.
  log.clear();
  fit(sgd_, numbers({1}), loss(),
      {.epochs = 9, .callbacks = {&a, &stop}, .history = {{.epoch = 1}, {.epoch = 2}}});
  EXPECT_EQ(log, (std::vector<std::string>{"a begin 3-9 of 1", "a end"}));
  EXPECT_EQ(sgd_.steps(), 2);
}

TEST_F(Fit, TellsWhereATakenUpRunBegins) {
  std::vector<std::string> log;
  Recorder a("a", log);
  fit(sgd_, numbers({1}), loss(),
      {.epochs = 3, .callbacks = {&a}, .history = {EpochLog{.epoch = 1}, EpochLog{.epoch = 2}}});
  EXPECT_EQ(log[0], "a begin 3-3 of 1");
  EXPECT_EQ(log.back(), "a end");
}

TEST_F(Fit, ACallbackMayEndTheTraining) {
  class Stop final : public Callback {
   public:
    void on_epoch_end(const History& history) override {
      if (history.size() == 2) throw std::runtime_error("enough");
    }
  } stop;
  EXPECT_THROW(fit(sgd_, numbers({1, 2}), loss(), {.epochs = 9, .callbacks = {&stop}}),
               std::runtime_error);
  EXPECT_EQ(sgd_.steps(), 2);
  fit(sgd_, numbers({1, 2}), loss(), {});  // and all is as good as new
  EXPECT_EQ(sgd_.steps(), 3);
}

TEST_F(Fit, AnErrorOfTheLossComesThrough) {
  EXPECT_EQ(error_of([&] {
              fit(sgd_, numbers({1, 2}), [&](const Batch& b) { return w_ * b.inputs; }, {});
            }),
            "[backward] got a result of shape (2,), expected one element; reduce it with sum() or "
            "mean(), or give the gradient to start from");
}

TEST_F(Fit, EvaluateIsTheMeanOverTheSamplesWithoutAGraph) {
  const auto nodes = live_nodes();
  // w = 1: mean of 1, 2 and 6.
  EXPECT_NEAR(evaluate(
                  numbers({1, 2, 6}),
                  [&](const Batch& batch) {
                    const Variable result = loss()(batch);
                    EXPECT_FALSE(result.requires_grad());
                    return result;
                  },
                  2),
              3, kClose);
  EXPECT_EQ(live_nodes(), nodes);
  EXPECT_TRUE(std::isnan(evaluate(numbers({}), loss(), 2)));
  EXPECT_EQ(error_of([&] { evaluate(numbers({1}), loss(), 0); }),
            "[fit] got batch size 0, expected 1 or more");
  EXPECT_NE(error_of([&] {
              evaluate({Tensor::ones({2}), Tensor::ones({3})}, loss(), 2);
            }),
            "(no error)");
}

TEST(FitPrograms, LearnsALine) {
  const Tensor x = Tensor::from({4, 1}, {0, 1, 2, 3});
  const Tensor y = Tensor::from({4, 1}, {1, 3, 5, 7});  // 2 x + 1
  Generator random(1);
  nn::Dense model(1, 1, Activation::linear, random);
  SGD sgd(model.parameters(), {.learning_rate = Scalar(0.1)});
  fit(sgd, {x, y}, [&](const Batch& b) { return nn::mse(model(b.inputs), b.targets); },
      {.epochs = 300, .batch_size = 4});
  EXPECT_NEAR(model.weight.value().item(), 2, 1e-3);
  EXPECT_NEAR(model.bias.value().item(), 1, 2e-3);
}

TEST(FitPrograms, LearnsXor) {
  const Tensor x = Tensor::from({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1});
  const Tensor y = Tensor::from({4, 1}, {0, 1, 1, 0});
  Generator random(1);
  nn::Sequential model(nn::Dense(2, 8, Activation::tanh, random),
                       nn::Dense(8, 1, Activation::linear, random));
  Adam adam(model.parameters(), {.learning_rate = Scalar(0.05)});
  fit(adam, {x, y}, [&](const Batch& b) { return nn::bce_with_logits(model(b.inputs), b.targets); },
      {.epochs = 300, .batch_size = 4});
  const Tensor logits = model(Variable(x)).value();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(logits.data()[i] > 0, y.data()[i] == 1) << i;
}

}  // namespace
}  // namespace gradus::optim
