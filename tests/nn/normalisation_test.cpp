#include "nn/normalisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "autograd/dropout.h"
#include "autograd/normalisation.h"
#include "autograd/reductions.h"
#include "nn/layers.h"
#include "nn/mode.h"
#include "nn/state.h"
#include "nn/summary.h"
#include "tensor/safetensors.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"

namespace gradus::nn {
namespace {

using test::error_of;
using test::expect_near;
using test::kClose;
using test::same_bits;
using testing::ElementsAre;
using testing::EndsWith;

Variable evaluated(Layer& layer, const Variable& x) {
  const NoGrad no_grad;
  return layer(x);
}

std::vector<std::string> names_of(Module& module) {
  std::vector<std::string> names;
  for (const NamedParameter& p : module.parameters()) names.push_back(p.name);
  return names;
}

// ---------------------------------------------------------------- the mode

TEST(Mode, IsTrainingWhereCallsAreRecorded) {
  EXPECT_TRUE(training());
  {
    const NoGrad no_grad;
    EXPECT_FALSE(training());
  }
  {
    const Evaluation evaluation;
    EXPECT_FALSE(training());
    EXPECT_TRUE(grad_enabled());
    { const Evaluation inner; }
    EXPECT_FALSE(training());
  }
  EXPECT_TRUE(training());
}

// ---------------------------------------------------------------- Dropout

TEST(Dropout, DropsInTrainingOnly) {
  Generator random(1);
  Dropout layer(Scalar(0.5), random);
  const Variable x(Tensor::ones({1000}), true);
  const Tensor first = layer(x).value(), second = layer(x).value();
  EXPECT_NEAR(static_cast<double>(std::ranges::count(first.data(), Scalar(0))), 500, 80);
  EXPECT_FALSE(same_bits(first, second));  // other noise in each call

  const std::uint64_t drawn = layer.generators()[0].generator->counter();
  const Variable y = evaluated(layer, x);
  EXPECT_TRUE(same_bits(y.value(), x.value()));
  EXPECT_FALSE(y.requires_grad());
  const Evaluation evaluation;
  sum(layer(x)).backward();
  EXPECT_TRUE(same_bits(x.grad(), x.value()));
  EXPECT_EQ(layer.generators()[0].generator->counter(), drawn);
}

TEST(Dropout, IsDropoutWithNoiseFromItsGenerator) {
  Generator random(1);
  Dropout layer(Scalar(0.25), random);
  ASSERT_EQ(layer.generators().size(), 1u);
  EXPECT_EQ(layer.generators()[0].name, "generator");
  Generator same = *layer.generators()[0].generator;
  const Variable x(Tensor::ones({5, 7}));
  EXPECT_TRUE(same_bits(layer(x).value(), dropout(x, Scalar(0.25), same).value()));
}

TEST(Dropout, LayersOfOneGeneratorDropIndependently) {
  Generator random(1), again(1);
  Dropout a(Scalar(0.5), random), b(Scalar(0.5), random), c(Scalar(0.5), again);
  const Variable x(Tensor::ones({64}));
  const Tensor first = a(x).value();
  EXPECT_FALSE(same_bits(b(x).value(), first));
  EXPECT_TRUE(same_bits(c(x).value(), first));
}

TEST(Dropout, ACopyGoesOnFromTheSameStateWithAGeneratorOfItsOwn) {
  Generator random(1);
  Dropout layer(Scalar(0.5), random);
  const Variable x(Tensor::ones({64}));
  layer(x);
  Dropout copy = layer;
  const Tensor second = layer(x).value();
  layer(x);  // moves the original's generator alone
  EXPECT_TRUE(same_bits(copy(x).value(), second));
}

TEST(Dropout, RefusesARateThatLeavesNothing) {
  Generator random(1);
  EXPECT_EQ(error_of([&] { Dropout(1, random); }),
            "[Dropout] got rate 1, expected at least 0 and below 1");
  EXPECT_NE(error_of([&] { Dropout(Scalar(-0.1), random); }), "(no error)");
}

// ---------------------------------------------------------------- LayerNorm

TEST(LayerNorm, IsLayerNormInTrainingAndEvaluation) {
  LayerNorm layer(3, Scalar(0.5));
  EXPECT_THAT(names_of(layer), ElementsAre("gamma", "beta"));
  expect_near(layer.gamma.value(), {1, 1, 1});
  expect_near(layer.beta.value(), {0, 0, 0});
  layer.gamma.mutable_value().copy_from(Tensor::from({3}, {2, 3, 4}));
  layer.beta.mutable_value().copy_from(Tensor::from({3}, {5, 6, 7}));
  const Variable x(Tensor::from({2, 3}, {1, 2, 4, 8, 16, 32}));
  const Tensor want = layer_norm(x, layer.gamma, layer.beta, Scalar(0.5)).value();
  EXPECT_TRUE(same_bits(layer(x).value(), want));
  EXPECT_TRUE(same_bits(evaluated(layer, x).value(), want));
}

TEST(LayerNorm, RefusesSizesThatMakeNoSenseAndSaysWhere) {
  EXPECT_EQ(error_of([] { LayerNorm(0); }), "[LayerNorm] got 0 features, expected at least 1");
  EXPECT_EQ(error_of([] { LayerNorm(2, 0); }),
            "[LayerNorm] got epsilon 0, expected a positive number");
  Sequential model(LayerNorm(2));
  EXPECT_THAT(error_of([&] {
                model(Variable(Tensor::ones({4, 3})));
              }),
              EndsWith("(n,) (in layernorm)"));
}

// ---------------------------------------------------------------- BatchNorm

/// Features 1, 3 and 2, 6: means 2 and 4, variances 1 and 4.
Variable two_samples() { return Variable(Tensor::from({2, 2}, {1, 2, 3, 6})); }

TEST(BatchNorm, InTrainingUsesTheBatchAndFollowsIt) {
  BatchNorm layer(2, Scalar(0.75), Scalar(0.5));
  expect_near(layer.running_mean.value(), {0, 0});
  expect_near(layer.running_variance.value(), {1, 1});
  const Variable x = two_samples();
  const Tensor want = batch_norm(x, layer.gamma, layer.beta, Scalar(0.5)).value();
  EXPECT_TRUE(same_bits(layer(x).value(), want));
  expect_near(layer.running_mean.value(), {0.5, 1});       // 0.75 * 0 + 0.25 * mean
  expect_near(layer.running_variance.value(), {1, 1.75});  // 0.75 * 1 + 0.25 * variance
  layer(x);
  expect_near(layer.running_mean.value(), {0.875, 1.75});
}

// (x - 3) / sqrt(8 + 1) * 6 + 1 and (x + 1) / sqrt(3 + 1) * 8 + 2
TEST(BatchNorm, InEvaluationUsesTheRunningAveragesAndLeavesThem) {
  BatchNorm layer(2, Scalar(0.9), 1);
  layer.running_mean.value().copy_from(Tensor::from({2}, {3, -1}));
  layer.running_variance.value().copy_from(Tensor::from({2}, {8, 3}));
  layer.gamma.mutable_value().copy_from(Tensor::from({2}, {6, 8}));
  layer.beta.mutable_value().copy_from(Tensor::from({2}, {1, 2}));
  expect_near(evaluated(layer, two_samples()).value(), {-3, 14, 1, 30}, 10 * kClose);
  expect_near(evaluated(layer, Variable(Tensor::from({1, 1, 2}, {6, 1}))).value(), {7, 10},
              10 * kClose);
  EXPECT_EQ(evaluated(layer, Variable(Tensor::ones({0, 2}))).shape(), (Shape{0, 2}));
  expect_near(layer.running_mean.value(), {3, -1});
  expect_near(layer.running_variance.value(), {8, 3});
  // With a gradient, which passes through as through any scaling.
  const Variable x(two_samples().value(), true);
  const Evaluation evaluation;
  sum(layer(x)).backward();
  expect_near(x.grad(), {2, 4, 2, 4});
  expect_near(layer.running_mean.value(), {3, -1});
}

TEST(BatchNorm, OfOneSampleNoSampleAndConstantFeatures) {
  BatchNorm layer(2, Scalar(0.5));
  layer.beta.mutable_value().copy_from(Tensor::from({2}, {5, 6}));
  EXPECT_EQ(layer(Variable(Tensor::ones({0, 2}))).shape(), (Shape{0, 2}));
  expect_near(layer.running_mean.value(), {0, 0});
  expect_near(layer.running_variance.value(), {1, 1});
  expect_near(layer(Variable(Tensor::from({1, 2}, {3, 4}))).value(), {5, 6});
  expect_near(layer.running_mean.value(), {1.5, 2});
  expect_near(layer.running_variance.value(), {0.5, 0.5});
  expect_near(layer(Variable(Tensor::full({3, 2}, 7))).value(), {5, 6, 5, 6, 5, 6});
  expect_near(layer.running_variance.value(), {0.25, 0.25});
  // Even a variance of 0 is only near a division by 0.
  layer.running_variance.value().copy_from(Tensor::zeros({2}));
  const Variable y = evaluated(layer, two_samples());
  for (const Scalar v : y.value().data()) EXPECT_TRUE(std::isfinite(v));
}

TEST(BatchNorm, AFrozenOneIsEvaluated) {
  BatchNorm layer(2);
  layer.set_trainable(false);
  const Variable x(two_samples().value(), true);
  EXPECT_TRUE(same_bits(layer(x).value(), evaluated(layer, x).value()));
  expect_near(layer.running_mean.value(), {0, 0});
  layer.set_trainable(true);
  layer(x);
  EXPECT_NE(layer.running_mean.value().data()[0], 0);
}

TEST(BatchNorm, RefusesWhatMakesNoSense) {
  EXPECT_EQ(error_of([] { BatchNorm(0); }), "[BatchNorm] got 0 features, expected at least 1");
  EXPECT_EQ(error_of([] { BatchNorm(2, 1); }),
            "[BatchNorm] got momentum 1, expected at least 0 and below 1");
  EXPECT_EQ(error_of([] { BatchNorm(2, 0, -1); }),
            "[BatchNorm] got epsilon -1, expected a positive number");
  // In evaluation, too, where one feature would broadcast.
  Sequential model(BatchNorm(2));
  const NoGrad no_grad;
  EXPECT_EQ(error_of([&] {
              model(Variable(Tensor::ones({4, 1})));
            }),
            "[BatchNorm] got input (4, 1), expected (..., 2) (in batchnorm)");
  EXPECT_EQ(error_of([&] { model(Variable(Scalar(1))); }),
            "[BatchNorm] got input (), expected (..., 2) (in batchnorm)");
}

// ---------------------------------------------------------------- buffers

Sequential make(std::uint64_t seed = 1) {
  Generator random(seed);
  return Sequential(Dense(3, 2, Activation::linear, random), BatchNorm(2, Scalar(0.5)));
}
Variable batch() { return Variable(Tensor::from({2, 3}, {1, 2, 3, 6, 5, 5})); }

TEST(Buffers, AreNamedAmongTheParametersAndNeverTrained) {
  Sequential model = make();
  EXPECT_THAT(names_of(model),
              ElementsAre("dense.weight", "dense.bias", "batchnorm.gamma", "batchnorm.beta",
                          "batchnorm.running_mean", "batchnorm.running_variance"));
  sum(model(batch())).backward();
  for (const bool trainable : {false, true}) {
    model.set_trainable(trainable);
    for (const NamedParameter& p : model.parameters()) {
      EXPECT_EQ(p.variable.requires_grad(),
                trainable && p.name.find("running") == std::string::npos)
          << p.name;
    }
  }
  const Parameters handles = model.parameters();
  const Scalar before = handles[4].variable.value().data()[0];
  model(batch());
  EXPECT_NE(handles[4].variable.value().data()[0], before);  // they share the elements
}

TEST(Buffers, AreCopiedDeeply) {
  Sequential model = make();
  model(batch());
  Sequential copy = model, assigned = make(2);
  assigned = model;
  const Tensor before = evaluated(model, batch()).value();
  model(batch());
  EXPECT_FALSE(same_bits(evaluated(model, batch()).value(), before));
  EXPECT_TRUE(same_bits(evaluated(copy, batch()).value(), before));
  EXPECT_TRUE(same_bits(evaluated(assigned, batch()).value(), before));
}

TEST(Buffers, GoToAFileAndBack) {
  const test::TempDir dir;
  Sequential saved = make(1), loaded = make(2);
  saved(batch());
  save_weights(saved, dir / "model.safetensors");
  EXPECT_EQ(load_tensors(dir / "model.safetensors").tensors.size(), 6u);
  load_weights(loaded, dir / "model.safetensors");
  EXPECT_TRUE(same_bits(evaluated(loaded, batch()).value(), evaluated(saved, batch()).value()));
}

TEST(Buffers, CountAsParametersThatAreNotTrained) {
  Sequential model = make();
  EXPECT_EQ(model.parameter_count(), 16);
  const Tensor before = evaluated(model, batch()).value();
  EXPECT_EQ(summary(model, {3}),
            "Model: Sequential\n"
            "----------------------------------------------\n"
            "Layer (type)            Output Shape   Param #\n"
            "----------------------------------------------\n"
            "dense (Dense)           (None, 2)            8\n"
            "batchnorm (BatchNorm)   (None, 2)            8\n"
            "----------------------------------------------\n"
            "Total params: 16\n"
            "Trainable params: 12\n"
            "Non-trainable params: 4\n");
  EXPECT_TRUE(same_bits(evaluated(model, batch()).value(), before));  // it ran in evaluation
}

}  // namespace
}  // namespace gradus::nn
