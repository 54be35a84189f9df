#include "nn/sampling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nn/losses.h"
#include "nn/state.h"
#include "nn/summary.h"
#include "tensor/safetensors.h"
#include "tests/support/expect.h"
#include "tests/support/temp_dir.h"
#include "tests/support/vae.h"

namespace gradus::nn {
namespace {

using test::error_of;
using test::expect_near;
using test::make_vae;
using test::same_bits;
using test::Vae;
using testing::EndsWith;
using testing::HasSubstr;

Variable batch(Index n = 2) { return Variable(Tensor::full({n, 2, 3}, Scalar(0.5))); }

// A standard deviation of e^(ln 4 / 2) = 2.
//   z = 1 + 2 (3) = 7;  by the mean 1, by log_var 3 (2) / 2 = 3
TEST(Sample, OfAHandWorkedExample) {
  const Variable mean(Tensor::from({1}, {1}), true);
  const Variable log_var(Tensor::from({1}, {Scalar(std::log(4.0))}), true);
  const Variable z = sample(mean, log_var, Tensor::from({1}, {3}));
  EXPECT_NEAR(z.item(), 7, 1e-5);
  z.backward();
  expect_near(mean.grad(), {1});
  expect_near(log_var.grad(), {3}, 1e-5);
}

TEST(Sample, RefusesShapesThatDiffer) {
  const Variable two(Tensor::ones({2})), three(Tensor::ones({3}));
  EXPECT_EQ(error_of([&] { sample(two, three, Tensor::ones({2})); }),
            "[sample] got mean (2,), log_var (3,) and noise (2,), expected equal shapes");
  EXPECT_NE(error_of([&] { sample(two, two, Tensor::ones({3})); }), "(no error)");
  EXPECT_NE(error_of([&] { sample(two, two, Tensor::ones({1})); }), "(no error)");
}

TEST(Sample, NoticesNoiseThatChangedBeforeBackward) {
  const Variable mean(Tensor::ones({2}), true);
  Tensor noise = Tensor::ones({2});
  const Variable z = sum(sample(mean, mean, noise));
  noise.mutable_data()[0] = 5;
  EXPECT_THAT(error_of([&] { z.backward(); }), HasSubstr("changed in place"));
}

TEST(Sampling, IsSampleWithNoiseFromItsGenerator) {
  Sampling sampling(Generator(4, 2));
  Generator random(4, 2);
  const Variable mean(Tensor::full({3, 5}, 2)), log_var(Tensor::full({3, 5}, -1));
  for (int call = 0; call < 2; ++call) {
    Tensor noise = Tensor::uninitialized({3, 5});
    random.fill_normal(noise, 0, 1);
    EXPECT_TRUE(same_bits(sampling(mean, log_var).value(), sample(mean, log_var, noise).value()));
  }
}

TEST(Sampling, HasTheMomentsItIsGiven) {
  Sampling sampling(Generator(11));
  constexpr Index kDraws = 200'000;
  const Variable mean(Tensor::full({kDraws}, 3));
  const Variable log_var(Tensor::full({kDraws}, Scalar(std::log(0.25))));
  const Variable z = sampling(mean, log_var);
  double sum = 0, squares = 0;
  for (const Scalar value : z.value().data()) {
    sum += value;
    squares += (value - 3.0) * (value - 3.0);
  }
  // Five standard errors: 0.5 / sqrt(n) and 0.25 sqrt(2 / n).
  EXPECT_NEAR(sum / kDraws, 3, 5 * 0.5 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 0.25, 5 * 0.25 * std::sqrt(2.0 / kDraws));
}

TEST(Sampling, GivesTheSameBitsAtAnyNumberOfThreads) {
  const auto draw = [](int threads) {
    const test::ThreadCount scope(threads);
    Sampling sampling(Generator(11));
    const Variable mean(Tensor::ones({100, 301})), log_var(Tensor::ones({100, 301}));
    return sampling(mean, log_var).value();
  };
  const Tensor one = draw(1);
  EXPECT_TRUE(same_bits(draw(2), one));
  EXPECT_TRUE(same_bits(draw(3), one));
}

TEST(Sampling, ACopyGoesOnFromTheSameStateWithAGeneratorOfItsOwn) {
  Sampling sampling(Generator(5));
  const Variable zero(Tensor::zeros({10}));
  sampling(zero, zero);
  Sampling copy = sampling;
  const Tensor second = sampling(zero, zero).value();
  sampling(zero, zero);  // moves the original's generator alone
  EXPECT_TRUE(same_bits(copy(zero, zero).value(), second));
}

// ---------------------------------------------------------------- a model of them

TEST(ModelOfSeveralOutputs, GivesThemAll) {
  Vae vae = make_vae();
  const auto [mean, log_var, code] = vae.encoder(batch());
  EXPECT_EQ(mean.shape(), Shape({2, 2}));
  Generator random(7, 3);
  Tensor noise = Tensor::uninitialized({2, 2});
  random.fill_normal(noise, 0, 1);
  EXPECT_TRUE(same_bits(code.value(), sample(mean, log_var, noise).value()));
}

TEST(ModelOfSeveralOutputs, PassesGradientsToAllParameters) {
  Vae vae = make_vae();
  vae.loss(batch()).backward();
  for (const NamedParameter& p : vae.parameters()) EXPECT_TRUE(p.variable.has_grad()) << p.name;
}

TEST(ModelOfSeveralOutputs, NamesParametersAndGenerators) {
  Vae vae = make_vae();
  std::vector<std::string> names;
  for (const NamedParameter& p : vae.encoder.parameters()) names.push_back(p.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"trunk.dense.weight", "trunk.dense.bias", "mean.weight",
                                      "mean.bias", "log_var.weight", "log_var.bias"}));
  const std::vector<NamedGenerator> generators = vae.generators();
  ASSERT_EQ(generators.size(), 1u);
  EXPECT_EQ(generators[0].name, "encoder.sampling.generator");
  EXPECT_EQ(generators[0].generator->seed(), 7u);
  EXPECT_EQ(generators[0].generator->counter(), 0u);
  vae(batch());
  EXPECT_EQ(generators[0].generator->counter(), 1u);  // it is the model's own
  EXPECT_TRUE(vae.decoder.generators().empty());
}

TEST(ModelOfSeveralOutputs, ErrorsSayWhereTheyHappened) {
  Vae vae = make_vae();
  EXPECT_THAT(error_of([&] {
                vae(Variable(Tensor::ones({1, 5})));
              }),
              EndsWith(" (in encoder.trunk.dense)"));
  Generator random(1);
  vae.encoder.mean = Dense(9, 2, Activation::linear, random);
  EXPECT_THAT(error_of([&] { vae(batch()); }), EndsWith(" (in encoder.mean)"));
  vae.encoder.mean = Dense(5, 3, Activation::linear, random);
  EXPECT_EQ(error_of([&] { vae(batch()); }),
            "[sample] got mean (2, 3), log_var (2, 2) and noise (2, 3), expected equal shapes "
            "(in encoder.sampling)");
}

TEST(ModelOfSeveralOutputs, ErrorsOnTheWayBackSayWhere) {
  Vae vae = make_vae();
  const auto [mean, log_var, code] = vae.encoder(batch());
  const Variable loss = sum(code);
  Tensor changed = log_var.value();
  changed.mutable_data()[0] = 1;
  EXPECT_THAT(error_of([&] { loss.backward(); }), EndsWith(" (in sampling)"));
}

TEST(ModelOfSeveralOutputs, IsSummedUpWithAllItsShapes) {
  Vae vae = make_vae();
  EXPECT_EQ(summary(vae, {2, 3}),
            "Model: Vae\n"
            "-------------------------------------------------------------------\n"
            "Layer (type)            Output Shape                        Param #\n"
            "-------------------------------------------------------------------\n"
            "encoder (Encoder)       [(None, 2), (None, 2), (None, 2)]        59\n"
            "  trunk (Sequential)    (None, 5)                                35\n"
            "    flatten (Flatten)   (None, 6)                                 0\n"
            "    dense (Dense)       (None, 5)                                35\n"
            "  mean (Dense)          (None, 2)                                12\n"
            "  log_var (Dense)       (None, 2)                                12\n"
            "  sampling (Sampling)   (None, 2)                                 0\n"
            "decoder (Sequential)    (None, 2, 3)                             51\n"
            "  dense (Dense)         (None, 5)                                15\n"
            "  dense_1 (Dense)       (None, 6)                                36\n"
            "  reshape (Reshape)     (None, 2, 3)                              0\n"
            "-------------------------------------------------------------------\n"
            "Total params: 110\n"
            "Trainable params: 110\n"
            "Non-trainable params: 0\n");
}

TEST(ModelOfSeveralOutputs, CopiesAreDeep) {
  Vae vae = make_vae();
  Vae copy = vae;
  const Tensor first = vae(batch()).value();
  vae(batch());
  for (NamedParameter& p : vae.parameters()) p.variable.mutable_value().mutable_data()[0] = 9;
  EXPECT_TRUE(same_bits(copy(batch()).value(), first));
  EXPECT_NE(copy.generators()[0].generator, vae.generators()[0].generator);
}

TEST(ModelOfSeveralOutputs, GoesToAFileWithItsMetadataAndBack) {
  const test::TempDir dir;
  Vae saved = make_vae(1), loaded = make_vae(2);
  save_weights(saved, dir / "vae.safetensors", {{"epochs", "50"}, {"note", "ü \"quoted\""}});
  const TensorFile file = load_tensors(dir / "vae.safetensors");
  EXPECT_EQ(file.metadata,
            (std::map<std::string, std::string>{{"epochs", "50"}, {"note", "ü \"quoted\""}}));
  EXPECT_EQ(file.tensors.size(), saved.parameters().size());
  EXPECT_FALSE(same_bits(saved(batch()).value(), loaded(batch()).value()));
  load_weights(loaded, dir / "vae.safetensors");
  EXPECT_TRUE(same_bits(saved(batch()).value(), loaded(batch()).value()));
}

}  // namespace
}  // namespace gradus::nn
