#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "autograd/arithmetic.h"
#include "autograd/reductions.h"
#include "optim/adam.h"
#include "optim/rmsprop.h"
#include "optim/sgd.h"
#include "tests/support/expect.h"

namespace gradus::optim {
namespace {

using test::error_of;
using test::expect_near;
using test::ThreadCount;
using testing::HasSubstr;

Variable parameter(std::initializer_list<Scalar> values) {
  return Variable(Tensor::from({static_cast<Index>(values.size())}, values), true);
}

// One step with that gradient: it is the derivative of sum(g p).
void step(Optimizer& optimizer, const Variable& p, std::initializer_list<Scalar> gradient) {
  optimizer.zero_grad();
  sum(p * Variable(Tensor::from(p.shape(), gradient))).backward();
  optimizer.step();
}

// p - 0.1 g:  1 - 0.1 * 2 = 0.8,  3 + 0.1 = 3.1;  then 0.8 + 0.4 = 1.2,  3.1 - 1 = 2.1
TEST(Sgd, TwoSteps) {
  const Variable p = parameter({1, 3});
  SGD sgd({{"p", p}}, {.learning_rate = Scalar(0.1)});
  step(sgd, p, {2, -1});
  expect_near(p.value(), {0.8, 3.1});
  step(sgd, p, {-4, 10});
  expect_near(p.value(), {1.2, 2.1});
  EXPECT_EQ(sgd.steps(), 2);
}

// Rate 0.1, momentum 0.5, gradients 2, 4, 0:
//   v = 0 - 0.2 = -0.2       p = 1 - 0.2 = 0.8
//   v = -0.1 - 0.4 = -0.5    p = 0.3
//   v = -0.25 - 0 = -0.25    p = 0.05
TEST(Sgd, ThreeStepsWithMomentum) {
  const Variable p = parameter({1});
  SGD sgd({{"p", p}}, {.learning_rate = Scalar(0.1), .momentum = Scalar(0.5)});
  step(sgd, p, {2});
  expect_near(p.value(), {0.8});
  step(sgd, p, {4});
  expect_near(p.value(), {0.3});
  step(sgd, p, {0});
  expect_near(p.value(), {0.05});
}

// The same velocities, but p += 0.5 v - 0.1 g:
//   1 - 0.1 - 0.2 = 0.7;  0.7 - 0.25 - 0.4 = 0.05;  0.05 - 0.125 - 0 = -0.075
TEST(Sgd, ThreeStepsWithNesterov) {
  const Variable p = parameter({1});
  SGD sgd({{"p", p}}, {.learning_rate = Scalar(0.1), .momentum = Scalar(0.5), .nesterov = true});
  step(sgd, p, {2});
  expect_near(p.value(), {0.7});
  step(sgd, p, {4});
  expect_near(p.value(), {0.05});
  step(sgd, p, {0});
  expect_near(p.value(), {-0.075});
}

// Rate 0.1, rho 0.75, epsilon 0.5, gradients 2 and 1:
//   v = 0.25 * 4 = 1           p = 1 - 0.1 * 2 / (1 + 0.5) = 0.866667
//   v = 0.75 + 0.25 = 1        p = 0.866667 - 0.1 * 1 / 1.5 = 0.8
// and gradients 0 and 4:
//   v = 0                      p = 5 - 0 / 0.5 = 5
//   v = 0.25 * 16 = 4          p = 5 - 0.1 * 4 / (2 + 0.5) = 4.84
TEST(Rmsprop, TwoSteps) {
  const Variable p = parameter({1, 5});
  RMSprop rmsprop({{"p", p}},
                  {.learning_rate = Scalar(0.1), .rho = Scalar(0.75), .epsilon = Scalar(0.5)});
  step(rmsprop, p, {2, 0});
  expect_near(p.value(), {1 - 0.2 / 1.5, 5});
  step(rmsprop, p, {1, 4});
  expect_near(p.value(), {0.8, 4.84});
}

// Rate 0.1, beta1 0.5, beta2 0.75, epsilon 1, gradients 2, 0 and -4:
//   m = 1       m' = 1 / 0.5 = 2            v = 1      v' = 1 / 0.25 = 4
//       p = 1 - 0.1 * 2 / (2 + 1) = 0.933333
//   m = 0.5     m' = 0.5 / 0.75 = 0.666667  v = 0.75   v' = 0.75 / 0.4375 = 1.714286
//       p = 0.933333 - 0.0666667 / (1.309307 + 1) = 0.904465
//   m = -1.75   m' = -1.75 / 0.875 = -2     v = 0.5625 + 4 = 4.5625
//                                           v' = 4.5625 / 0.578125 = 7.891892
//       p = 0.904465 + 0.2 / (2.809252 + 1) = 0.956968
TEST(Adam, ThreeSteps) {
  const Variable p = parameter({1});
  Adam adam(
      {{"p", p}},
      {.learning_rate = Scalar(0.1), .beta1 = Scalar(0.5), .beta2 = Scalar(0.75), .epsilon = 1});
  double want = 1 - 0.2 / 3;
  step(adam, p, {2});
  expect_near(p.value(), {want});
  want -= 0.1 * (0.5 / 0.75) / (std::sqrt(0.75 / 0.4375) + 1);
  step(adam, p, {0});
  expect_near(p.value(), {want});
  want += 0.2 / (std::sqrt(4.5625 / 0.578125) + 1);
  step(adam, p, {-4});
  expect_near(p.value(), {want});
  EXPECT_NEAR(want, 0.956968, 1e-6);
}

// The first step of Adam is the learning rate against the gradient's sign,
// whatever its size; that of RMSprop sqrt(10) times as much, as 1 - rho = 0.1.
TEST(Optimizers, DefaultsAreThoseOfKeras) {
  const Variable a = parameter({0, 0}), r = parameter({0, 0}), s = parameter({0});
  Adam adam({{"a", a}});
  RMSprop rmsprop({{"r", r}});
  SGD sgd({{"s", s}});
  step(adam, a, {100, Scalar(-0.01)});
  step(rmsprop, r, {100, Scalar(-0.01)});
  step(sgd, s, {1});
  expect_near(a.value(), {-0.001, 0.001}, 1e-7);
  expect_near(r.value(), {-0.001 * std::sqrt(10.0), 0.001 * std::sqrt(10.0)}, 1e-6);
  expect_near(s.value(), {-0.01});
}

struct Named {
  const char* name;
  std::function<std::unique_ptr<Optimizer>(Parameters)> make;
};

class EveryOptimizer : public testing::TestWithParam<Named> {
 protected:
  std::unique_ptr<Optimizer> make(Parameters parameters) const {
    return GetParam().make(std::move(parameters));
  }
};

INSTANTIATE_TEST_SUITE_P(
    Optimizers, EveryOptimizer,
    testing::Values(
        Named{"SGD", [](Parameters p) { return std::make_unique<SGD>(std::move(p)); }},
        Named{"Momentum",
              [](Parameters p) {
                return std::make_unique<SGD>(std::move(p), SgdOptions{.momentum = Scalar(0.9)});
              }},
        Named{"RMSprop", [](Parameters p) { return std::make_unique<RMSprop>(std::move(p)); }},
        Named{"Adam", [](Parameters p) { return std::make_unique<Adam>(std::move(p)); }}),
    [](const auto& param) { return std::string(param.param.name); });

TEST_P(EveryOptimizer, NamesTheParametersWithoutAGradientAndChangesNone) {
  const Variable p = parameter({1}), q = parameter({2}), r = parameter({3});
  const auto optimizer = make({{"first", p}, {"second.bias", q}, {"third", r}});
  sum(p).backward();
  EXPECT_EQ(
      error_of([&] { optimizer->step(); }),
      "[optimizer] 2 of 3 parameters got no gradient: \"second.bias\", \"third\"; call "
      "backward() on a loss that depends on them, or freeze them before the optimizer is made");
  EXPECT_EQ(p.item(), 1);
  EXPECT_EQ(optimizer->steps(), 0);
  (sum(q) + sum(r)).backward();
  optimizer->step();
  EXPECT_NE(p.item(), 1);
  optimizer->zero_grad();
  EXPECT_THAT(error_of([&] { optimizer->step(); }), HasSubstr("\"first\""));
}

TEST_P(EveryOptimizer, LeavesFrozenParametersAlone) {
  const Variable p = parameter({1}), frozen(Tensor::ones({1}), false);
  const auto optimizer = make({{"frozen", frozen}, {"p", p}});
  ASSERT_EQ(optimizer->parameters().size(), 1u);
  EXPECT_EQ(optimizer->parameters()[0].name, "p");
  sum(p * frozen).backward();
  optimizer->step();
  EXPECT_EQ(frozen.item(), 1);
  EXPECT_NE(p.item(), 1);
}

TEST_P(EveryOptimizer, RefusesToTrainNothing) {
  EXPECT_EQ(error_of([&] { make({}); }),
            "[optimizer] got no parameter that requires a gradient; pass model.parameters()");
  EXPECT_NE(error_of([&] {
              make({{"frozen", Variable(Tensor::ones({1}), false)}});
            }),
            "(no error)");
}

TEST_P(EveryOptimizer, ChecksTheLearningRate) {
  const auto optimizer = make({{"p", parameter({1})}});
  optimizer->set_learning_rate(Scalar(0.25));
  for (const Scalar rate : {Scalar(0), Scalar(-1), std::numeric_limits<Scalar>::infinity(),
                            std::numeric_limits<Scalar>::quiet_NaN()}) {
    EXPECT_THAT(error_of([&] { optimizer->set_learning_rate(rate); }),
                HasSubstr("expected a positive number"));
  }
  EXPECT_EQ(optimizer->learning_rate(), Scalar(0.25));
}

// Five steps over parameters of several chunks, from fixed gradients.
Tensor five_steps(const Named& named, int threads, bool restart = false) {
  const ThreadCount scope(threads);
  Tensor start = Tensor::uninitialized({20'011}), pull = Tensor::uninitialized({20'011});
  for (std::size_t i = 0; i < 20'011; ++i) {
    start.mutable_data()[i] = static_cast<Scalar>(std::sin(static_cast<double>(i)));
    pull.mutable_data()[i] = static_cast<Scalar>(std::cos(static_cast<double>(i)));
  }
  const Variable p(start, true), small = parameter({1, 2, 3}), goal(pull);
  auto optimizer = named.make({{"p", p}, {"small", small}});
  for (int i = 0; i < 5; ++i) {
    if (restart && i == 3) {
      // Another optimizer takes up where the first was.
      TensorFile file{optimizer->state(), {}};
      auto second = named.make({{"p", p}, {"small", small}});
      second->set_state(file, optimizer->steps());
      optimizer = std::move(second);
    }
    optimizer->zero_grad();
    const Variable error = p - goal;
    (sum(error * error) + sum(small * small)).backward();
    optimizer->step();
  }
  return p.value();
}

TEST_P(EveryOptimizer, SameBitsOnAnyNumberOfThreads) {
  const Tensor one = five_steps(GetParam(), 1);
  EXPECT_TRUE(test::same_bits(five_steps(GetParam(), 2), one));
  EXPECT_TRUE(test::same_bits(five_steps(GetParam(), 3), one));
}

TEST_P(EveryOptimizer, GoesOnFromItsStateToTheSameBits) {
  EXPECT_TRUE(test::same_bits(five_steps(GetParam(), 1, true), five_steps(GetParam(), 1)));
}

TEST_P(EveryOptimizer, UpdatesEveryElementOfEveryChunkOnce) {
  for (const Index n : {1, 8191, 8192, 8193, 30'000}) {
    const Variable p(Tensor::zeros({n}), true), one = parameter({0});
    const auto optimizer = make({{"p", p}, {"one", one}});
    (sum(p) + sum(one)).backward();
    optimizer->step();
    for (const Scalar v : p.value().data()) ASSERT_EQ(v, one.item());  // the same step for all
  }
}

TEST_P(EveryOptimizer, RefusesTheStateOfAnother) {
  const auto optimizer = make({{"p", parameter({1, 2})}});
  if (optimizer->state().empty()) return;  // SGD remembers nothing
  EXPECT_THAT(error_of([&] { optimizer->set_state({}, 3); }), HasSubstr("no tensor"));
  TensorFile file{optimizer->state(), {}};
  file.tensors[0].value = Tensor::zeros({3});
  EXPECT_THAT(error_of([&] { optimizer->set_state(file, 3); }),
              HasSubstr(":p\" has shape (3,), expected (2,)"));
  EXPECT_EQ(optimizer->steps(), 0);
}

TEST_P(EveryOptimizer, RefusesANumberOfStepsBelowNone) {
  const auto optimizer = make({{"p", parameter({1})}});
  EXPECT_EQ(error_of([&] {
              optimizer->set_state({optimizer->state(), {}}, -1);
            }),
            "[optimizer] got -1 steps, expected 0 or more");
}

// Two steps at once on one array would train it at twice the rate, with moments of its own each.
TEST_P(EveryOptimizer, RefusesTheSameParameterTwice) {
  const Variable p = parameter({1, 2}), q = parameter({3});
  EXPECT_EQ(error_of([&] {
              make({{"encoder.w", p}, {"b", q}, {"decoder.w", p}});
            }),
            "[optimizer] \"encoder.w\" and \"decoder.w\" are the same parameter, expected each "
            "once");
  const Variable frozen(p.value());
  EXPECT_EQ(error_of([&] {
              make({{"a", frozen}, {"b", q}, {"c", frozen}});
            }),
            "(no error)")
      << "what is not trained may stand twice";
}

TEST(Optimizers, StateIsNamedByMomentAndParameter) {
  const Parameters parameters{{"a.weight", parameter({1})}, {"b", parameter({2, 3})}};
  const Adam adam(parameters);
  std::vector<std::string> names;
  for (const NamedTensor& t : adam.state()) names.push_back(t.name);
  EXPECT_EQ(names, (std::vector<std::string>{"mean:a.weight", "mean:b", "mean_square:a.weight",
                                             "mean_square:b"}));
  EXPECT_EQ(RMSprop(parameters).state()[0].name, "mean_square:a.weight");
  EXPECT_EQ(SGD(parameters, {.momentum = Scalar(0.5)}).state()[0].name, "velocity:a.weight");
  EXPECT_TRUE(SGD(parameters).state().empty());
}

TEST(Optimizers, RefuseOptionsOutOfRange) {
  const Parameters p{{"p", parameter({1})}};
  const Scalar nan = std::numeric_limits<Scalar>::quiet_NaN();
  EXPECT_EQ(error_of([&] { SGD(p, {.momentum = 1}); }),
            "[SGD] got momentum 1, expected at least 0 and below 1");
  EXPECT_EQ(error_of([&] { SGD(p, {.momentum = Scalar(-0.5)}); }),
            "[SGD] got momentum -0.5, expected at least 0 and below 1");
  EXPECT_NE(error_of([&] { SGD(p, {.momentum = nan}); }), "(no error)");
  EXPECT_EQ(error_of([&] { SGD(p, {.nesterov = true}); }),
            "[SGD] got nesterov without momentum, expected a momentum above 0");
  EXPECT_EQ(error_of([&] { RMSprop(p, {.rho = 1}); }),
            "[RMSprop] got rho 1, expected at least 0 and below 1");
  EXPECT_EQ(error_of([&] { RMSprop(p, {.epsilon = -1}); }),
            "[RMSprop] got epsilon -1, expected a positive number");
  EXPECT_NE(error_of([&] { RMSprop(p, {.epsilon = 0}); }), "(no error)") << "0 / 0 is near";
  EXPECT_EQ(error_of([&] { Adam(p, {.beta1 = 1}); }),
            "[Adam] got beta1 1, expected at least 0 and below 1");
  EXPECT_EQ(error_of([&] { Adam(p, {.beta2 = -1}); }),
            "[Adam] got beta2 -1, expected at least 0 and below 1");
  EXPECT_NE(error_of([&] { Adam(p, {.epsilon = nan}); }), "(no error)");
  EXPECT_EQ(error_of([&] { Adam(p, {.epsilon = std::numeric_limits<Scalar>::infinity()}); }),
            "[Adam] got epsilon inf, expected a positive number");
  EXPECT_EQ(error_of([&] { Adam(p, {.learning_rate = 0}); }),
            "[optimizer] got learning rate 0, expected a positive number");
}

}  // namespace
}  // namespace gradus::optim
