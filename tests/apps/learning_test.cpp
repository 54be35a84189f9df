#include "apps/study/run/learning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/nn.h"
#include "optim/optim.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two hidden units, of which the second dies after `dies` steps, and comes back
// after `lives`.
struct Problem {
  Generator random{1};
  nn::Sequential model{nn::Dense(1, 2, Activation::relu, random),
                       nn::Dense(2, 1, Activation::linear, random)};
  optim::SGD sgd{model.parameters(), {.learning_rate = Scalar(1e-3)}};
  IdleUnits idle{sgd};

  void set_bias(Scalar second) {
    for (NamedParameter& p : model.parameters()) {
      if (p.name == "dense.bias") {
        p.variable.mutable_value().copy_from(Tensor::from({2}, {10, second}));
      }
    }
  }
  optim::History train(std::vector<Scalar> biases, optim::FitOptions options = {}) {
    const Tensor x = Tensor::from({4, 1}, {1, 2, 3, 4});
    for (const Scalar bias : biases) {
      set_bias(bias);
      options.epochs = static_cast<int>(options.history.size()) + 1;
      options.batch_size = 2;
      options.callbacks = {&idle};
      options.history = optim::fit(
          sgd, {x, x}, [&](const optim::Batch& b) { return nn::mse(model(b.inputs), b.targets); },
          options);
    }
    return options.history;
  }
};

TEST(IdleUnits, AreThoseWithoutAGradientInTheWholeEpoch) {
  Problem problem;
  problem.train({10});
  EXPECT_THAT(problem.idle.counts(), IsEmpty());
  problem.train({10, -100, -100});
  ASSERT_EQ(problem.idle.counts().size(), 1u);
  const IdleUnits::Count count = problem.idle.counts()[0];
  EXPECT_EQ(count.layer, "dense");
  EXPECT_EQ(count.idle, 1);
  EXPECT_EQ(count.units, 2);
  EXPECT_EQ(count.since, 2);
  EXPECT_EQ(idle_units(problem.idle), "1 of 2 in dense (the first since epoch 2)");
  problem.train({-100, 10});
  EXPECT_EQ(idle_units(problem.idle), "");
}

TEST(IdleUnits, AreStateOfACheckpoint) {
  const test::TempDir dir;
  Problem first;
  const optim::History history = first.train({10, -100});
  optim::Checkpoint(dir / "file", first.sgd, {&first.idle}, {}).save(history);
  Problem second;
  optim::FitOptions options;
  optim::Checkpoint(dir / "file", second.sgd, {&second.idle}, {}).restore(options);
  second.train({-100}, options);
  EXPECT_EQ(idle_units(second.idle), "1 of 2 in dense (the first since epoch 2)");
}

optim::History losses(const std::vector<double>& values) {
  optim::History history;
  for (const double v : values) history.push_back({static_cast<int>(history.size()) + 1, v, {}, 0});
  return history;
}

TEST(LearningWarnings, NameTheEpochAndTheLikelyCause) {
  const Problem well;
  const auto warnings = [&](const std::vector<double>& values) {
    return learning_warnings(losses(values), well.idle);
  };
  EXPECT_THAT(warnings({}), IsEmpty());
  EXPECT_THAT(warnings({1, 1}), IsEmpty()) << "too early to say";
  EXPECT_THAT(warnings({1, 0.5, 0.4, 0.41}), IsEmpty());
  EXPECT_THAT(warnings({0.5, 0.499, 0.498}),
              ElementsAre("The loss has hardly moved since epoch 1, from 0.5 to 0.498: likely the "
                          "steps are too small; try a larger --learning-rate."));
  EXPECT_THAT(warnings({1, 0.5, 0.4, 0.6, 0.8}),
              ElementsAre("The loss rose after epoch 3, from 0.4 to 0.8: likely the steps are too "
                          "large; try a smaller --learning-rate."));
  EXPECT_THAT(warnings({1, 1.2, 1.3}), ElementsAre(HasSubstr("rose after epoch 1, from 1 to 1.3")));
}

TEST(LearningWarnings, NameALayerThatIsDead) {
  Problem problem;
  problem.train({10, -100});
  EXPECT_THAT(learning_warnings(losses({1, 1, 1}), problem.idle),
              ElementsAre(HasSubstr("hardly moved")))
      << "half a layer still learns";
  Problem dead;
  for (NamedParameter& p : dead.model.parameters()) {
    if (p.name == "dense.weight") p.variable.mutable_value().copy_from(Tensor::full({1, 2}, -9));
    if (p.name == "dense.bias") p.variable.mutable_value().copy_from(Tensor::full({2}, -9));
  }
  const Tensor x = Tensor::from({4, 1}, {1, 2, 3, 4});
  const optim::History history = optim::fit(
      dead.sgd, {x, x},
      [&](const optim::Batch& b) { return nn::mse(dead.model(b.inputs) * 0 + 1, b.targets); },
      {.epochs = 3, .callbacks = {&dead.idle}});
  EXPECT_THAT(
      learning_warnings(history, dead.idle),
      ElementsAre("2 of the 2 units of dense have learned nothing, the first since epoch 1: "
                  "they are dead, likely of the first weights or the first steps; try a "
                  "smaller --learning-rate or another --seed.",
                  HasSubstr("hardly moved since epoch 1, from 3.5 to 3.5: too few units")));
}

}  // namespace
}  // namespace gradus::study
