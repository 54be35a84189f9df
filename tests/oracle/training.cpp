#include "tests/oracle/training.h"

#include <functional>
#include <string>
#include <vector>

#include "nn/nn.h"
#include "optim/optim.h"

namespace gradus::test {
namespace {

using Json = nlohmann::json;

constexpr int kSteps = 10;
constexpr Index kBatch = 32;

nn::Sequential stack(const std::vector<Index>& units, Generator& random, bool ends_in_selu) {
  nn::Sequential layers;
  for (std::size_t i = 1; i < units.size(); ++i) {
    const bool bends = ends_in_selu || i + 1 < units.size();
    layers.add(
        nn::Dense(units[i - 1], units[i], bends ? Activation::selu : Activation::linear, random));
  }
  return layers;
}

/// The autoencoder of the Fashion study, or a smaller one.
struct Autoencoder : nn::Layer {
  nn::Sequential encoder, decoder;

  Autoencoder(std::vector<Index> units, Generator& random)
      : encoder(stack(units, random, true)),
        decoder(stack({units.rbegin(), units.rend()}, random, false)) {}
  void reflect(nn::Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }
  Variable forward(const Variable& x) override { return decoder(encoder(x)); }
};

/// The variational one, with noise handed in.
struct Variational : nn::Module {
  nn::Sequential trunk;
  nn::Dense mean, log_var;
  nn::Sequential decoder;

  explicit Variational(Generator& random)
      : trunk(stack({784, 256, 128, 64}, random, true)),
        mean(64, 16, Activation::linear, random),
        log_var(64, 16, Activation::linear, random),
        decoder(stack({16, 64, 128, 256, 784}, random, false)) {}
  void reflect(nn::Reflector& r) override {
    r("trunk", trunk);
    r("mean", mean);
    r("log_var", log_var);
    r("decoder", decoder);
  }
  /// The loss of `vae_fashion --kl`.
  Variable loss(const Variable& x, const Tensor& noise) {
    const Variable hidden = trunk(x), m = mean(hidden), v = log_var(hidden);
    return nn::bce_with_logits(decoder(nn::sample(m, v, noise)), x) + nn::gaussian_kl(m, v) / 784;
  }
};

Json weights(nn::Module& model, Writer& writer) {
  Json list = Json::array();
  for (const NamedParameter& p : model.parameters()) list.push_back(writer(p.variable.value()));
  return list;
}

/// Trains `model` on random images of `pixels`; `loss` is given the noise, too.
Json train(const std::string& name, nn::Module& model, optim::Optimizer& optimizer, Index pixels,
           const std::function<Variable(const Variable&, const Tensor&)>& loss, Writer& writer) {
  Json result{{"name", name}, {"before", weights(model, writer)}};
  Generator random(3);
  for (int i = 0; i < kSteps; ++i) {
    Tensor images = Tensor::uninitialized({kBatch, pixels});
    Tensor noise = Tensor::uninitialized({kBatch, 16});
    random.fill_uniform(images, 0, 1);
    random.fill_normal(noise, 0, 1);
    optimizer.zero_grad();
    const Variable value = loss(Variable(images), noise);
    value.backward();
    optimizer.step();
    result["steps"].push_back({{"images", writer(images)},
                               {"noise", writer(noise)},
                               {"loss", static_cast<double>(value.item())}});
  }
  result["after"] = weights(model, writer);
  return result;
}

/// A small autoencoder with a given optimizer.
template <class Optimizer, class Options>
Json small(const std::string& name, Options options, Writer& writer) {
  Generator random(2);
  Autoencoder model({36, 12, 4}, random);
  Optimizer optimizer(model.parameters(), options);
  const auto loss = [&](const Variable& x, const Tensor&) {
    return nn::bce_with_logits(model(x), x);
  };
  return train(name, model, optimizer, 36, loss, writer);
}

}  // namespace

Json trainings(Writer& writer) {
  Generator random(1);
  Json list = Json::array();
  {
    Autoencoder model({784, 256, 128, 64, 16}, random);
    optim::RMSprop optimizer(model.parameters());
    const auto loss = [&](const Variable& x, const Tensor&) {
      return nn::bce_with_logits(model(x), x);
    };
    list.push_back(train("autoencoder, RMSprop", model, optimizer, 784, loss, writer));
  }
  {
    Variational model(random);
    optim::RMSprop optimizer(model.parameters());
    const auto loss = [&](const Variable& x, const Tensor& noise) { return model.loss(x, noise); };
    list.push_back(train("variational autoencoder, RMSprop", model, optimizer, 784, loss, writer));
  }
  list.push_back(small<optim::Adam>("small autoencoder, Adam", optim::AdamOptions{}, writer));
  const auto rate = Scalar(0.5), momentum = Scalar(0.9);
  list.push_back(small<optim::SGD>("small autoencoder, SGD with momentum",
                                   optim::SgdOptions{rate, momentum, false}, writer));
  list.push_back(small<optim::SGD>("small autoencoder, SGD with Nesterov's momentum",
                                   optim::SgdOptions{rate, momentum, true}, writer));
  return list;
}

}  // namespace gradus::test
