#include <fmt/format.h>

#include <array>

#include "nn/nn.h"
#include "optim/optim.h"

using namespace gradus;

struct Vae : nn::Module {
  nn::Dense trunk, mean, log_var, decoder;
  nn::Sampling sampling{Generator(2)};

  explicit Vae(Generator& random)
      : trunk(4, 16, Activation::tanh, random),
        mean(16, 1, Activation::linear, random),
        log_var(16, 1, Activation::linear, random),
        decoder(1, 4, Activation::linear, random) {}
  void reflect(nn::Reflector& r) override {
    r("trunk", trunk), r("mean", mean), r("log_var", log_var);
    r("decoder", decoder), r("sampling", sampling);
  }
  std::array<Variable, 3> operator()(const Variable& x) {
    return call([&] {
      const Variable h = trunk(x);
      const Variable m = mean(h), v = log_var(h);
      return std::array{decoder(sampling(m, v)), m, v};
    });
  }
};

int main() {
  Generator random(1);
  Vae vae(random);
  optim::Adam adam(vae.parameters(), {.learning_rate = 0.02f});
  const Tensor rows = Tensor::from({2, 4}, {1, 1, 0, 0, 0, 0, 1, 1});
  const auto loss = [&](const optim::Batch& batch) {
    const auto [logits, mean, log_var] = vae(batch.inputs);
    return 4 * nn::bce_with_logits(logits, batch.targets) + nn::gaussian_kl(mean, log_var);
  };
  optim::fit(adam, {rows, rows}, loss, {.epochs = 500, .batch_size = 2});

  const NoGrad no_grad;                          // predict: nothing is recorded
  const Variable code = vae(Variable(rows))[1];  // the mean, without noise
  const Variable again = sigmoid(vae.decoder(code));
  fmt::print("{:.0f}\n", fmt::join(again.value().data(), " "));
}
