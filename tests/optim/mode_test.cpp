// Models that behave differently in training and evaluation, and that change
// state of their own, through fit, best weights and checkpoints.
#include "nn/mode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nn/layers.h"
#include "nn/losses.h"
#include "nn/normalisation.h"
#include "optim/adam.h"
#include "optim/best_weights.h"
#include "optim/checkpoint.h"
#include "optim/sgd.h"
#include "tensor/pool.h"
#include "tests/support/allocations.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::optim {
namespace {

using test::same_bits;

nn::Sequential make_model(std::uint64_t seed, Index in = 4, Index hidden = 6) {
  Generator random(seed);
  return nn::Sequential(nn::Dense(in, hidden, Activation::relu, random), nn::BatchNorm(hidden),
                        nn::Dropout(Scalar(0.3), random), nn::LayerNorm(hidden),
                        nn::Dense(hidden, in, Activation::linear, random));
}

Dataset numbers(Index n) {
  Tensor x = Tensor::uninitialized({n, 4});
  Generator(4).fill_normal(x, 1, 2);
  return {x, x};
}

TEST(Mode, FitTrainsInTrainingAndValidatesInEvaluation) {
  nn::Sequential model = make_model(1);
  SGD sgd(model.parameters());
  std::vector<bool> modes;
  const auto loss = [&](const Batch& b) {
    modes.push_back(nn::training());
    return nn::mse(model(b.inputs), b.targets);
  };
  const Dataset data = numbers(8), validation = numbers(4);
  const History history =
      fit(sgd, data, loss, {.epochs = 2, .batch_size = 4, .validation = validation});
  EXPECT_EQ(modes, (std::vector<bool>{true, true, false, true, true, false}));
  // No noise, and nothing that changes the model.
  EXPECT_EQ(evaluate(validation, loss, 4), history.back().val_loss);
  EXPECT_EQ(evaluate(validation, loss, 4), history.back().val_loss);
}

struct Training {
  explicit Training(const std::filesystem::path& path)
      : checkpoint(path, adam, {&best}, {}, model.generators(), {.every_seconds = 0}) {}
  History train(int epochs, History history = {}) {
    const Dataset data = numbers(21);
    return fit(adam, data, [&](const Batch& b) { return nn::mse(model(b.inputs), b.targets); },
               {.epochs = epochs,
                .batch_size = 5,  // the last batch has one sample
                .validation = numbers(7),
                .callbacks = {&best, &checkpoint},
                .history = std::move(history)});
  }
  nn::Sequential model = make_model(1);
  Adam adam{model.parameters()};
  BestWeights best{model.parameters()};
  Checkpoint checkpoint;
};

History restore(Checkpoint& checkpoint) {
  FitOptions options;
  checkpoint.restore(options);
  return options.history;
}

TEST(ModelState, AStoppedRunGoesOnToTheVeryBitsOfAnUninterruptedOne) {
  const test::TempDir dir;
  Training whole(dir / "whole");
  const History expected = whole.train(5);
  for (int stop = 1; stop < 5; ++stop) {
    Training(dir / "run").train(stop);
    Training second(dir / "run");
    const History history = second.train(5, restore(second.checkpoint));
    const Parameters a = second.model.parameters(), b = whole.model.parameters();
    ASSERT_EQ(a.size(), 10u);
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_TRUE(same_bits(a[i].variable.value(), b[i].variable.value())) << a[i].name;
      EXPECT_TRUE(same_bits(second.best.weights()[i].value, whole.best.weights()[i].value));
    }
    for (std::size_t i = 0; i < history.size(); ++i) {
      EXPECT_EQ(history[i].loss, expected[i].loss);
      EXPECT_EQ(history[i].val_loss, expected[i].val_loss);
    }
  }
}

TEST(ModelState, BestWeightsKeepTheRunningAverages) {
  const test::TempDir dir;
  Training run(dir / "run");
  const History history = run.train(1);
  const Dataset validation = numbers(7);
  const auto loss = [&](const Batch& b) { return nn::mse(run.model(b.inputs), b.targets); };
  const double best = evaluate(validation, loss, 5);
  EXPECT_EQ(best, history[0].monitored());
  run.model(Variable(Tensor::full({3, 4}, 9)));  // moves them
  EXPECT_NE(evaluate(validation, loss, 5), best);
  run.best.restore();
  EXPECT_EQ(evaluate(validation, loss, 5), best);
}

TEST(ModelState, CheckpointsHoldFrozenParametersToo) {
  const test::TempDir dir;
  const auto frozen = [](Scalar value) { return Variable(Tensor::full({2}, value)); };
  const Variable p(Tensor::ones({1}), true);
  const Variable saved = frozen(3), restored = frozen(4);
  for (const Variable& f : {saved, restored}) {
    SGD sgd({{"p", p}, {"frozen", f}});
    EXPECT_EQ(sgd.parameters().size(), 1u);
    ASSERT_EQ(sgd.all_parameters().size(), 2u);
    Checkpoint checkpoint(dir / "run", sgd, {}, {});
    if (f.value().data()[0] == 3) {
      checkpoint.save({});
    } else {
      restore(checkpoint);
    }
  }
  EXPECT_EQ(restored.value().data()[0], 3);
}

class ModelStateAt : public testing::TestWithParam<int> {};

TEST_P(ModelStateAt, AStepAsksTheSystemForNothingAndLeavesNothing) {
  const test::ThreadCount scope(GetParam());
  nn::Sequential model = make_model(1, 100, 300);
  SGD sgd(model.parameters());
  const Variable x(Tensor::full({64, 100}, Scalar(0.5)));
  const auto step = [&] {
    sgd.zero_grad();
    nn::mse(model(x), x).backward();
    sgd.step();
  };
  for (int i = 0; i < 3; ++i) step();
  const PoolStats before = pool_stats();
  const auto nodes = live_nodes();
  const std::uint64_t calls = test::new_calls();
  for (int i = 0; i < 5; ++i) step();
  EXPECT_EQ(pool_stats().system_allocations, before.system_allocations);
  EXPECT_EQ(pool_stats().live_bytes, before.live_bytes);
  EXPECT_EQ(live_nodes(), nodes);
  EXPECT_EQ(test::new_calls(), calls);
}

INSTANTIATE_TEST_SUITE_P(Threads, ModelStateAt, testing::Values(1, 2));

}  // namespace
}  // namespace gradus::optim
