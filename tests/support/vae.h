// A small variational autoencoder: a model with several outputs and with
// randomness of its own, for tests.
#pragma once

#include <array>

#include "nn/nn.h"

namespace gradus::test {

struct Encoder : nn::Module {
  nn::Sequential trunk;
  nn::Dense mean, log_var;
  nn::Sampling sampling;

  Encoder(Generator& random, Generator noise)
      : trunk(nn::Flatten(), nn::Dense(6, 5, Activation::selu, random)),
        mean(5, 2, Activation::linear, random),
        log_var(5, 2, Activation::linear, random),
        sampling(noise) {}
  void reflect(nn::Reflector& r) override {
    r("trunk", trunk);
    r("mean", mean);
    r("log_var", log_var);
    r("sampling", sampling);
  }
  std::array<Variable, 3> operator()(const Variable& x) {
    return call([&] {
      const Variable h = trunk(x);
      const Variable m = mean(h), v = log_var(h);
      return std::array{m, v, sampling(m, v)};
    });
  }
};

/// (n, 2, 3) to (n, 2, 3), by way of a draw of (n, 2).
struct Vae : nn::Layer {
  Encoder encoder;
  nn::Sequential decoder;

  Vae(Generator& random, Generator noise)
      : encoder(random, noise),
        decoder(nn::Dense(2, 5, Activation::selu, random),
                nn::Dense(5, 6, Activation::linear, random), nn::Reshape({2, 3})) {}
  void reflect(nn::Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }
  Variable forward(const Variable& x) override { return decoder(encoder(x)[2]); }
  Variable loss(const Variable& x) {
    const auto [mean, log_var, code] = encoder(x);
    return 6 * nn::mse(decoder(code), x) + nn::gaussian_kl(mean, log_var);
  }
};

inline Vae make_vae(std::uint64_t seed = 1, std::uint64_t noise_seed = 7) {
  Generator random(seed);
  return Vae(random, Generator(noise_seed, 3));
}

}  // namespace gradus::test
