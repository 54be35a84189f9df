#include "nn/layers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "autograd/reductions.h"
#include "tests/support/expect.h"

namespace gradus::nn {
namespace {

using test::error_of;
using test::expect_near;
using test::values;
using Values = std::vector<Scalar>;

std::vector<std::string> names_of(Module& module) {
  std::vector<std::string> names;
  for (const NamedParameter& p : module.parameters()) names.push_back(p.name);
  return names;
}

// Weight (2, 3) and bias (3,) of plain numbers.
Dense plain_dense(Activation activation) {
  Generator random(1);
  Dense layer(2, 3, activation, random);
  layer.weight.mutable_value().copy_from(Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6}));
  layer.bias.mutable_value().copy_from(Tensor::from({3}, {10, 20, -30}));
  return layer;
}

// (1, 1) w + b = (5, 7, 9) + b;  (2, -1) w + b = (-2, -1, 0) + b
TEST(Dense, OfAHandWorkedExample) {
  const Variable x(Tensor::from({2, 2}, {1, 1, 2, -1}));
  EXPECT_EQ(values(plain_dense(Activation::linear)(x).value()), (Values{15, 27, -21, 8, 19, -30}));
  EXPECT_EQ(values(plain_dense(Activation::relu)(x).value()), (Values{15, 27, 0, 8, 19, 0}));
}

// With seed 1:  db = column sums, dw = x^T 1, dx = 1 w^T.
TEST(Dense, PassesGradientsOn) {
  Dense layer = plain_dense(Activation::linear);
  const Variable x(Tensor::from({2, 2}, {1, 1, 2, -1}), true);
  sum(layer(x)).backward();
  EXPECT_EQ(values(layer.bias.grad()), (Values{2, 2, 2}));
  EXPECT_EQ(values(layer.weight.grad()), (Values{3, 3, 3, 0, 0, 0}));
  EXPECT_EQ(values(x.grad()), (Values{6, 15, 6, 15}));
}

TEST(Dense, BeginsWithARandomWeightAndABiasOfZeros) {
  Generator random(1), again(1);
  Dense layer(4, 5, Activation::relu, random);
  EXPECT_EQ(layer.weight.shape(), (Shape{4, 5}));
  EXPECT_EQ(values(layer.bias.value()), Values(5, 0));
  EXPECT_TRUE(test::same_bits(layer.weight.value(), glorot_uniform({4, 5}, again)));
  Dense next(4, 5, Activation::relu, random);
  EXPECT_FALSE(test::same_bits(layer.weight.value(), next.weight.value()));
  Generator third(3), fourth(3);
  Dense chosen(4, 5, Activation::selu, third, lecun_normal);
  EXPECT_TRUE(test::same_bits(chosen.weight.value(), lecun_normal({4, 5}, fourth)));
  EXPECT_EQ(names_of(layer), (std::vector<std::string>{"weight", "bias"}));
}

TEST(Dense, TakesMoreDimensionsInFront) {
  Dense layer = plain_dense(Activation::linear);
  EXPECT_EQ(layer(Variable(Tensor::ones({4, 5, 2}))).shape(), (Shape{4, 5, 3}));
  EXPECT_EQ(layer(Variable(Tensor::ones({2}))).shape(), (Shape{3}));
  EXPECT_EQ(layer(Variable(Tensor::ones({0, 2}))).shape(), (Shape{0, 3}));
}

TEST(Dense, RefusesSizesBelowOne) {
  Generator random(1);
  EXPECT_EQ(error_of([&] { Dense(0, 3, Activation::relu, random); }),
            "[Dense] got 0 inputs and 3 outputs, expected at least 1 of each");
  EXPECT_EQ(error_of([&] { Dense(3, -1, Activation::relu, random); }),
            "[Dense] got 3 inputs and -1 outputs, expected at least 1 of each");
}

TEST(Dense, RefusesInputsOfAnotherSize) {
  Dense layer = plain_dense(Activation::relu);
  EXPECT_EQ(error_of([&] {
              layer(Variable(Tensor::ones({4, 28, 28})));
            }),
            "[dense] got input (4, 28, 28), weight (2, 3) and bias (3,), expected (..., in), (in, "
            "out) and (out,); is a Flatten missing?");
}

TEST(Flatten, KeepsTheBatchAndJoinsTheRest) {
  Flatten flatten;
  const Variable x(Tensor::from({2, 1, 2}, {1, 2, 3, 4}));
  const Variable y = flatten(x);
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
  EXPECT_EQ(values(y.value()), (Values{1, 2, 3, 4}));
  EXPECT_EQ(flatten(Variable(Tensor::ones({5}))).shape(), (Shape{5, 1}));
  EXPECT_EQ(flatten(Variable(Tensor::ones({0, 28, 28}))).shape(), (Shape{0, 784}));
  EXPECT_EQ(error_of([&] { flatten(Variable(Scalar(1))); }),
            "[Flatten] got a scalar, expected a batch, whose first dimension counts the samples");
}

TEST(Reshape, GivesEachSampleItsShape) {
  Reshape reshape({2, 3});
  EXPECT_EQ(reshape(Variable(Tensor::ones({4, 6}))).shape(), (Shape{4, 2, 3}));
  EXPECT_EQ(reshape(Variable(Tensor::ones({0, 6}))).shape(), (Shape{0, 2, 3}));
  EXPECT_EQ(error_of([&] {
              reshape(Variable(Tensor::ones({4, 5})));
            }),
            "[reshape] got shape (4, 2, 3) for the 20 elements of (4, 5), expected 20 elements");
  EXPECT_NE(error_of([&] { reshape(Variable(Scalar(1))); }), "(no error)");
}

TEST(Activations, AsLayersOfTheirOwn) {
  const Variable x(Tensor::from({1, 3}, {-1, 0, 2}));
  Sequential relu{ReLU()}, selu{SELU()}, elu{ELU()}, sigmoid{Sigmoid()}, tanh{Tanh()};
  expect_near(relu(x).value(), {0, 0, 2});
  // 1.0507009873554805 * 1.6732632423543772 (e^-1 - 1) and 1.0507009873554805 * 2
  expect_near(selu(x).value(), {-1.1113307378125625, 0, 2.101401974710961});
  expect_near(elu(x).value(), {std::expm1(-1), 0, 2});
  expect_near(sigmoid(x).value(), {0.2689414213699951, 0.5, 0.8807970779778823});
  expect_near(tanh(x).value(), {-0.7615941559557649, 0, 0.9640275800758169});
}

TEST(Sequential, RunsOneLayerAfterTheOther) {
  Sequential model(plain_dense(Activation::linear), Flatten(), ReLU());
  const Variable y = model(Variable(Tensor::from({2, 2}, {1, 1, 2, -1})));
  EXPECT_EQ(values(y.value()), (Values{15, 27, 0, 8, 19, 0}));
  Sequential empty;
  EXPECT_EQ(values(empty(Variable(Tensor::ones({2}))).value()), (Values{1, 1}));
}

TEST(Sequential, NamesItsLayersAsKerasDoes) {
  Generator random(1);
  Sequential model(Flatten(), Dense(4, 3, Activation::relu, random),
                   Dense(3, 2, Activation::relu, random),
                   Sequential(Dense(2, 2, Activation::linear, random)));
  model.add(Dense(2, 1, Activation::linear, random));
  EXPECT_EQ(names_of(model),
            (std::vector<std::string>{"dense.weight", "dense.bias", "dense_1.weight",
                                      "dense_1.bias", "sequential.dense.weight",
                                      "sequential.dense.bias", "dense_2.weight", "dense_2.bias"}));
}

TEST(Sequential, CopiesAreDeep) {
  Generator random(1);
  Sequential model(Dense(2, 2, Activation::linear, random),
                   Sequential(plain_dense(Activation::relu)));
  Sequential copy = model;
  Sequential assigned;
  assigned = model;
  const Variable x(Tensor::ones({1, 2}));
  const Tensor before = model(x).value().clone();
  EXPECT_TRUE(test::same_bits(copy(x).value(), before));
  EXPECT_TRUE(test::same_bits(assigned(x).value(), before));
  for (NamedParameter& p : model.parameters()) {
    p.variable.mutable_value().copy_from(Tensor::full(p.variable.shape(), 99));
  }
  EXPECT_FALSE(test::same_bits(model(x).value(), before));
  EXPECT_TRUE(test::same_bits(copy(x).value(), before));
  EXPECT_TRUE(test::same_bits(assigned(x).value(), before));
}

TEST(Sequential, ACopyHasGradientsOfItsOwn) {
  Generator random(1);
  Sequential model(Dense(2, 1, Activation::linear, random));
  Sequential copy = model;
  sum(copy(Variable(Tensor::ones({3, 2})))).backward();
  EXPECT_TRUE(copy.parameters()[0].variable.has_grad());
  EXPECT_FALSE(model.parameters()[0].variable.has_grad());
}

}  // namespace
}  // namespace gradus::nn
