#include "nn/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "autograd/reductions.h"
#include "autograd/shaping.h"
#include "nn/layers.h"
#include "tests/support/expect.h"

namespace gradus::nn {
namespace {

using test::error_of;
using testing::EndsWith;
using testing::Not;

struct Autoencoder : Layer {
  Sequential encoder, decoder;
  explicit Autoencoder(Generator& random)
      : encoder(Flatten(), Dense(6, 4, Activation::relu, random),
                Dense(4, 2, Activation::linear, random)),
        decoder(Dense(2, 4, Activation::relu, random), Dense(4, 6, Activation::linear, random),
                Reshape({2, 3})) {}
  void reflect(Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }
  Variable forward(const Variable& x) override { return decoder(encoder(x)); }
};

Autoencoder make() {
  Generator random(1);
  return Autoencoder(random);
}

// A parameter of its own beside a child.
struct Scaled : Layer {
  Parameter scale{Tensor::scalar(2)};
  Autoencoder inner = make();
  void reflect(Reflector& r) override {
    r("scale", scale);
    r("inner", inner);
  }
  Variable forward(const Variable& x) override { return inner(x); }
};

TEST(Module, ParametersHaveDottedNamesInTheOrderOfReflect) {
  Scaled model;
  std::vector<std::string> names;
  for (const NamedParameter& p : model.parameters()) names.push_back(p.name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "scale", "inner.encoder.dense.weight", "inner.encoder.dense.bias",
                       "inner.encoder.dense_1.weight", "inner.encoder.dense_1.bias",
                       "inner.decoder.dense.weight", "inner.decoder.dense.bias",
                       "inner.decoder.dense_1.weight", "inner.decoder.dense_1.bias"}));
}

TEST(Module, ParametersShareTheModulesElementsAndGradients) {
  Autoencoder model = make();
  sum(model(Variable(Tensor::ones({1, 2, 3})))).backward();
  for (NamedParameter& p : model.parameters()) {
    EXPECT_TRUE(p.variable.has_grad()) << p.name;
    p.variable.mutable_value().mutable_data()[0] = 42;
  }
  for (const NamedParameter& p : model.parameters()) EXPECT_EQ(p.variable.value().data()[0], 42);
}

TEST(Module, CountsTheElementsOfItsParameters) {
  // 6*4+4, 4*2+2, 2*4+4, 4*6+6, and the scale
  EXPECT_EQ(make().parameter_count(), 28 + 10 + 12 + 30);
  EXPECT_EQ(Scaled().parameter_count(), 81);
  EXPECT_EQ(Flatten().parameter_count(), 0);
}

TEST(Module, KnowsItsTypesName) {
  EXPECT_EQ(Flatten().type(), "Flatten");
  EXPECT_EQ(Sequential().type(), "Sequential");
  EXPECT_EQ(make().type(), "Autoencoder");
}

TEST(Module, ErrorsSayWhereTheyHappened) {
  Autoencoder model = make();
  EXPECT_THAT(error_of([&] {
                model(Variable(Tensor::ones({1, 5})));
              }),
              EndsWith(" (in encoder.dense)"));
  model.encoder = Sequential(Flatten());
  EXPECT_THAT(error_of([&] { model.encoder(Variable(Scalar(1))); }), Not(EndsWith(" (in )")));
}

// A part that `reflect` forgets has no name, but stands in one that may.
TEST(Module, ErrorsOfAForgottenPartNameTheModuleAround) {
  struct Forgetful : Layer {
    Sequential part{Flatten()};
    Variable forward(const Variable& x) override { return part(x); }
  };
  struct Whole : Layer {
    Forgetful head;
    void reflect(Reflector& r) override { r("head", head); }
    Variable forward(const Variable& x) override { return head(x); }
  } whole;
  EXPECT_THAT(error_of([&] { whole(Variable(Scalar(1))); }), EndsWith(" (in head)"));
}

TEST(Module, ErrorsOfNestedModulesSayTheWholePath) {
  Generator random(1);
  struct Outer : Layer {
    Autoencoder inner = make();
    void reflect(Reflector& r) override { r("inner", inner); }
    Variable forward(const Variable& x) override { return inner.decoder(x); }
  } model;
  EXPECT_THAT(error_of([&] {
                model(Variable(Tensor::ones({1, 3})));
              }),
              EndsWith(" (in inner.decoder.dense)"));
  // The second layer, where only its own sizes are wrong.
  Sequential wrong(Dense(3, 4, Activation::relu, random), Dense(5, 2, Activation::relu, random));
  EXPECT_THAT(error_of([&] { wrong(Variable(Tensor::ones({1, 3}))); }), EndsWith(" (in dense_1)"));
}

TEST(Module, APartCalledOnItsOwnLearnsItsFullPathLater) {
  Autoencoder model = make();
  const Variable bad(Tensor::ones({1, 5}));
  EXPECT_THAT(error_of([&] { model.encoder(bad); }), EndsWith(" (in dense)"));
  EXPECT_THAT(error_of([&] { model(bad); }), EndsWith(" (in encoder.dense)"));
  EXPECT_THAT(error_of([&] { model.encoder(bad); }), EndsWith(" (in encoder.dense)"));
}

TEST(Module, ACopyStandsSomewhereElse) {
  Autoencoder model = make();
  const Variable bad(Tensor::ones({1, 5}));
  EXPECT_NE(error_of([&] { model(bad); }), "(no error)");
  Sequential taken_out = model.encoder;
  EXPECT_THAT(error_of([&] { taken_out(bad); }), EndsWith("(out,) (in dense)"));
}

TEST(Module, ErrorsOutsideOfModulesNameNone) {
  Autoencoder model = make();
  EXPECT_NE(error_of([&] { model(Variable(Tensor::ones({1, 5}))); }), "(no error)");
  // The path was closed again, although an exception passed.
  const Variable x(Tensor::ones({2, 3}));
  EXPECT_THAT(error_of([&] { reshape(x, {4}); }), Not(EndsWith(")")));
}

TEST(Module, CopiesAreDeep) {
  Autoencoder model = make();
  Autoencoder copy = model;
  const Variable x(Tensor::ones({1, 2, 3}));
  const Tensor before = copy(x).value();
  for (NamedParameter& p : model.parameters()) {
    p.variable.mutable_value().copy_from(Tensor::full(p.variable.shape(), 9));
  }
  EXPECT_TRUE(test::same_bits(copy(x).value(), before));
  EXPECT_FALSE(test::same_bits(model(x).value(), before));
  model = copy;
  EXPECT_TRUE(test::same_bits(model(x).value(), before));
}

TEST(Module, FreezingStopsGradientsAndThawingBringsThemBack) {
  Autoencoder model = make();
  model.encoder.set_trainable(false);
  for (const NamedParameter& p : model.parameters()) {
    EXPECT_EQ(p.variable.requires_grad(), p.name.starts_with("decoder"));
  }
  const Variable x(Tensor::ones({1, 2, 3}));
  sum(model(x)).backward();
  EXPECT_FALSE(model.encoder.parameters()[0].variable.has_grad());
  EXPECT_TRUE(model.decoder.parameters()[0].variable.has_grad());
  const Tensor weight = model.encoder.parameters()[0].variable.value();
  model.set_trainable(true);
  EXPECT_TRUE(model.encoder.parameters()[0].variable.value().shares_storage(weight));
  sum(model(x)).backward();
  EXPECT_TRUE(model.encoder.parameters()[0].variable.has_grad());
}

TEST(Module, ThawingWhatIsNotFrozenChangesNothing) {
  Autoencoder model = make();
  sum(model(Variable(Tensor::ones({1, 2, 3})))).backward();
  model.set_trainable(true);
  EXPECT_TRUE(model.parameters()[0].variable.has_grad());
}

TEST(Module, ACopyOfAFrozenModuleIsFrozen) {
  Autoencoder model = make();
  model.set_trainable(false);
  Autoencoder copy = model;
  for (const NamedParameter& p : copy.parameters()) EXPECT_FALSE(p.variable.requires_grad());
}

TEST(Module, AFrozenModuleRecordsNothing) {
  Autoencoder model = make();
  model.set_trainable(false);
  const auto nodes = live_nodes();
  const Variable y = model(Variable(Tensor::ones({1, 2, 3})));
  EXPECT_FALSE(y.requires_grad());
  EXPECT_EQ(live_nodes(), nodes);
}

TEST(CallObserver, IsToldOfEachCallInnermostFirst) {
  struct Calls final : CallObserver {
    std::vector<std::string> seen;
    void called(const Module& module, std::span<const Variable> outputs) override {
      seen.push_back(module.type() + outputs.front().shape().str());
    }
  };
  Generator random(1);
  Sequential model(Flatten(), Dense(6, 2, Activation::linear, random));
  const Variable x(Tensor::ones({1, 2, 3}));
  model(x);  // nobody looks
  {
    Calls outer;
    {
      Calls calls;
      model(x);
      EXPECT_EQ(calls.seen,
                (std::vector<std::string>{"Flatten(1, 6)", "Dense(1, 2)", "Sequential(1, 2)"}));
    }
    EXPECT_TRUE(outer.seen.empty());
    model(x);
    EXPECT_EQ(outer.seen.size(), 3u);
  }
  model(x);
}

}  // namespace
}  // namespace gradus::nn
