#include "bench/workload.h"

#include <utility>

#include "nn/nn.h"
#include "optim/optim.h"

namespace gradus::bench {
namespace {

using Units = std::vector<Index>;

nn::Sequential stack(const Units& units, Activation hidden, Activation last, Generator& random) {
  nn::Sequential model;
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    model.add(nn::Dense(units[i], units[i + 1], i + 2 == units.size() ? last : hidden, random));
  }
  return model;
}

void add_layers(std::vector<LayerShape>& layers, const Units& units) {
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    layers.push_back({units[i], units[i + 1], layers.empty()});
  }
}

// What trains `model`, which the workload keeps alive, by `loss(model, x)`.
template <class Optimizer, class Model, class Loss>
Workload training(const char* name, Index batch, std::vector<LayerShape> layers, Model model,
                  Loss loss) {
  const auto kept = std::make_shared<Model>(std::move(model));
  Workload w{.name = name, .batch = batch, .layers = std::move(layers)};
  w.parameters = kept->parameters();
  w.optimizer = std::make_shared<Optimizer>(w.parameters);
  w.loss = [kept, loss](const Variable& x) { return loss(*kept, x); };
  return w;
}

struct Vae : nn::Module {
  nn::Sequential trunk, decoder;
  nn::Dense mean, log_var;
  nn::Sampling sampling;
  Vae(const Units& encoder, const Units& decoder_units, Index codings, Generator& random)
      : trunk(stack(encoder, Activation::selu, Activation::selu, random)),
        decoder(stack(decoder_units, Activation::selu, Activation::linear, random)),
        mean(encoder.back(), codings, Activation::linear, random),
        log_var(encoder.back(), codings, Activation::linear, random),
        sampling(Generator(2)) {}
  void reflect(nn::Reflector& r) override {
    r("trunk", trunk);
    r("mean", mean);
    r("log_var", log_var);
    r("sampling", sampling);
    r("decoder", decoder);
  }
};

Workload variational_autoencoder() {
  const Units encoder{784, 256, 128, 64}, decoder{16, 64, 128, 256, 784};
  Generator random(1);
  std::vector<LayerShape> layers;
  add_layers(layers, encoder);
  for (int head = 0; head < 2; ++head) layers.push_back({64, 16});
  add_layers(layers, decoder);
  return training<optim::RMSprop>(
      "vae", 128, layers, Vae(encoder, decoder, 16, random), [](Vae& model, const Variable& x) {
        const Variable hidden = model.trunk(x);
        const Variable coding = model.sampling(model.mean(hidden), model.log_var(hidden));
        return nn::bce_with_logits(model.decoder(coding), x);
      });
}

using Loss = Variable (*)(const Variable&, const Variable&);

// A ReLU autoencoder with a sigmoid at the end, trained by Adam.
Workload small(const char* name, Index batch, const Units& units, Loss loss) {
  Generator random(1);
  std::vector<LayerShape> layers;
  add_layers(layers, units);
  return training<optim::Adam>(
      name, batch, layers, stack(units, Activation::relu, Activation::sigmoid, random),
      [loss](nn::Sequential& model, const Variable& x) { return loss(model(x), x); });
}

}  // namespace

void Workload::step(const Variable& x) const {
  optimizer->zero_grad();
  loss(x).backward();
  optimizer->step();
}

Workload autoencoder(Index batch, const std::vector<Index>& units) {
  Generator random(1);
  std::vector<LayerShape> layers;
  add_layers(layers, units);
  return training<optim::RMSprop>(
      "ae", batch, layers, stack(units, Activation::selu, Activation::linear, random),
      [](nn::Sequential& model, const Variable& x) { return nn::bce_with_logits(model(x), x); });
}

std::vector<Workload> workloads() {
  return {autoencoder(128, {784, 256, 128, 64, 16, 64, 128, 256, 784}), variational_autoencoder(),
          small("digits", 32, {64, 64, 16, 8, 16, 64}, nn::mse),
          small("basic", 32, {784, 64, 784}, nn::mse),
          small("ecg", 512, {140, 32, 16, 8, 16, 32, 140}, nn::mae)};
}

}  // namespace gradus::bench
