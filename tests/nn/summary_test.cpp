#include "nn/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "autograd/reductions.h"
#include "nn/layers.h"
#include "nn/losses.h"
#include "tests/support/expect.h"

namespace gradus::nn {
namespace {

// The autoencoder for Fashion-MNIST: 784-256-128-64-16 and back.
struct Autoencoder : Layer {
  Sequential encoder, decoder;
  explicit Autoencoder(Generator& random)
      : encoder(Flatten(), Dense(784, 256, Activation::relu, random),
                Dense(256, 128, Activation::relu, random), Dense(128, 64, Activation::relu, random),
                Dense(64, 16, Activation::relu, random)),
        decoder(Dense(16, 64, Activation::relu, random), Dense(64, 128, Activation::relu, random),
                Dense(128, 256, Activation::relu, random),
                Dense(256, 784, Activation::linear, random), Reshape({28, 28})) {}
  void reflect(Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }
  Variable forward(const Variable& x) override { return decoder(encoder(x)); }
};

TEST(Summary, OfTheAutoencoderReadsAsKerasPrintsIt) {
  Generator random(1);
  Autoencoder model(random);
  EXPECT_EQ(summary(model, {28, 28}),
            "Model: Autoencoder\n"
            "-----------------------------------------------\n"
            "Layer (type)           Output Shape     Param #\n"
            "-----------------------------------------------\n"
            "encoder (Sequential)   (None, 16)       243,152\n"
            "  flatten (Flatten)    (None, 784)            0\n"
            "  dense (Dense)        (None, 256)      200,960\n"
            "  dense_1 (Dense)      (None, 128)       32,896\n"
            "  dense_2 (Dense)      (None, 64)         8,256\n"
            "  dense_3 (Dense)      (None, 16)         1,040\n"
            "decoder (Sequential)   (None, 28, 28)   243,920\n"
            "  dense (Dense)        (None, 64)         1,088\n"
            "  dense_1 (Dense)      (None, 128)        8,320\n"
            "  dense_2 (Dense)      (None, 256)       33,024\n"
            "  dense_3 (Dense)      (None, 784)      201,488\n"
            "  reshape (Reshape)    (None, 28, 28)         0\n"
            "-----------------------------------------------\n"
            "Total params: 487,072\n"
            "Trainable params: 487,072\n"
            "Non-trainable params: 0\n");
}

TEST(Summary, TellsFrozenParametersApart) {
  Generator random(1);
  struct Frozen : Layer {
    Dense frozen, trained;
    explicit Frozen(Generator& r)
        : frozen(2, 3, Activation::relu, r), trained(3, 1, Activation::linear, r) {
      frozen.set_trainable(false);
    }
    void reflect(Reflector& r) override {
      r("frozen", frozen);
      r("trained", trained);
    }
    Variable forward(const Variable& x) override { return trained(frozen(x)); }
  } half(random);
  EXPECT_THAT(summary(half, {2}), testing::EndsWith("Total params: 13\n"
                                                    "Trainable params: 4\n"
                                                    "Non-trainable params: 9\n"));
}

TEST(Summary, MarksWhatDoesNotRun) {
  Generator random(1);
  struct Half : Layer {
    Dense used, unused;
    explicit Half(Generator& r)
        : used(2, 3, Activation::relu, r), unused(3, 1000, Activation::linear, r) {}
    void reflect(Reflector& r) override {
      r("used", used);
      r("unused", unused);
    }
    Variable forward(const Variable& x) override { return used(x); }
  } model(random);
  EXPECT_EQ(summary(model, {2}),
            "Model: Half\n"
            "---------------------------------------\n"
            "Layer (type)     Output Shape   Param #\n"
            "---------------------------------------\n"
            "used (Dense)     (None, 3)            9\n"
            "unused (Dense)   not run          4,000\n"
            "---------------------------------------\n"
            "Total params: 4,009\n"
            "Trainable params: 4,009\n"
            "Non-trainable params: 0\n");
}

// Made of one part, whose output is `to(x)`.
struct Scored : Layer {
  using Output = std::function<Variable(const Variable&)>;
  struct Score : Layer {
    explicit Score(Output output) : to(std::move(output)) {}
    Variable forward(const Variable& x) override { return to(x); }
    Output to;
  };
  explicit Scored(Output output) : score(std::move(output)) {}
  void reflect(Reflector& r) override { r("score", score); }
  Variable forward(const Variable& x) override { return score(x); }
  Score score;
};

TEST(Summary, OfAPartWhoseOutputIsOneNumber) {
  Scored model([](const Variable& x) { return mse(x, x); });
  EXPECT_THAT(summary(model, {4}), testing::HasSubstr("score (Score)   ()                   0\n"));
}

TEST(Summary, OfAPartWhoseOutputIsANumberForEachSample) {
  Scored model([](const Variable& x) { return mean(x, {1}); });
  EXPECT_THAT(summary(model, {4}), testing::HasSubstr("score (Score)   (None,)              0\n"));
}

TEST(Summary, ReportsAnInputThatDoesNotFit) {
  Generator random(1);
  Autoencoder model(random);
  EXPECT_THAT(test::error_of([&] {
                summary(model, {27, 28});
              }),
              testing::EndsWith(" (in encoder.dense)"));
}

TEST(Summary, RecordsNoGraphAndChangesNothing) {
  Generator random(1);
  Autoencoder model(random);
  const auto nodes = live_nodes();
  EXPECT_EQ(summary(model, {28, 28}), summary(model, {28, 28}));
  EXPECT_EQ(live_nodes(), nodes);
}

}  // namespace
}  // namespace gradus::nn
