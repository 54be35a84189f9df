// The variational autoencoder of the studies: the encoder gives a distribution
// of codings, of which the decoder gets a sample.
//
// Source: Kingma & Welling, Auto-Encoding Variational Bayes, 2014.
// Thread safety: as every module's.
#pragma once

#include <array>

#include "apps/study/model/autoencoder.h"

namespace gradus::study {

/// Samples (n, ...) to {mean, log_var, coding}, each (n, codings): the mean and
/// the logarithm of the variance of a normal distribution, and a draw from it.
class VariationalEncoder final : public nn::Module {
 public:
  VariationalEncoder(const Layers& layers, Index codings, Generator& random, Generator noise)
      : trunk(encoder_stack(layers, random)),
        mean(layers.encoder.back(), codings, Activation::linear, random),
        log_var(layers.encoder.back(), codings, Activation::linear, random),
        sampling(noise) {}

  std::array<Variable, 3> operator()(const Variable& x) {
    return call([&] {
      const Variable hidden = trunk(x);
      const Variable m = mean(hidden), v = log_var(hidden);
      return std::array{m, v, sampling(m, v)};
    });
  }
  void reflect(nn::Reflector& r) override {
    r("trunk", trunk);
    r("mean", mean);
    r("log_var", log_var);
    r("sampling", sampling);
  }

  nn::Sequential trunk;
  nn::Dense mean, log_var;
  nn::Sampling sampling;
};

/// Samples (n, ...) to the logits of their reconstructions from one coding each,
/// drawn anew in each call, in training and afterwards.
class VariationalAutoencoder final : public nn::Layer {
 public:
  /// `layers.encoder` is what stands before the two heads of `codings` units.
  /// Weights are drawn from `random`, codings from `noise`.
  VariationalAutoencoder(const Layers& layers, Index codings, Generator& random, Generator noise)
      : encoder(layers, codings, random, noise), decoder(decoder_stack(layers, codings, random)) {}

  Variable forward(const Variable& x) override {
    const auto [mean, log_var, coding] = encoder(x);
    return decoder(coding);
  }
  void reflect(nn::Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }

  VariationalEncoder encoder;
  nn::Sequential decoder;
};

}  // namespace gradus::study
