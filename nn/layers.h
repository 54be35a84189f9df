// The layers that models are made of.
//
// Inputs are batches: the first dimension counts the samples.
#pragma once

#include <concepts>
#include <memory>

#include "autograd/dense.h"
#include "nn/initializers.h"
#include "nn/module.h"

namespace gradus::nn {

/// y = activation(x w + b): (..., in) to (..., out).
class Dense final : public Layer {
 public:
  /// Weight (in, out) from `initializer`, bias (out,) of zeros. Throws `Error` where `in`
  /// or `out` is below 1.
  Dense(Index in, Index out, Activation activation, Generator& random,
        Initializer initializer = glorot_uniform);
  Variable forward(const Variable& x) override;
  void reflect(Reflector& r) override;

  Parameter weight, bias;

 private:
  Activation activation_;
};

/// (n, a, b, ...) to (n, a b ...). Throws `Error` for a scalar.
class Flatten final : public Layer {
 public:
  Variable forward(const Variable& x) override;
};

/// (n, ...) to (n, sizes...). Throws `Error` where the elements do not fit.
class Reshape final : public Layer {
 public:
  explicit Reshape(const Shape& sample) : sample_(sample) {}
  Variable forward(const Variable& x) override;

 private:
  Shape sample_;
};

// The activations as layers of their own.
template <Activation kActivation>
class ActivationLayer : public Layer {
  Variable forward(const Variable& x) final { return activate(x, kActivation); }
};
class ReLU final : public ActivationLayer<Activation::relu> {};
class SELU final : public ActivationLayer<Activation::selu> {};
class ELU final : public ActivationLayer<Activation::elu> {};
class Sigmoid final : public ActivationLayer<Activation::sigmoid> {};
class Tanh final : public ActivationLayer<Activation::tanh> {};

/// One layer after the other. Children are named as Keras does it: "flatten",
/// "dense", "dense_1", ...
class Sequential final : public Layer {
 public:
  template <std::derived_from<Layer>... Layers>
  explicit Sequential(Layers... layers) {
    (add(std::move(layers)), ...);
  }
  Sequential(const Sequential& other);
  Sequential& operator=(const Sequential& other);
  Sequential(Sequential&&) = default;
  Sequential& operator=(Sequential&&) = default;

  template <std::derived_from<Layer> L>
  void add(L layer) {
    const auto copy = [](const Layer& from) -> std::unique_ptr<Layer> {
      return std::make_unique<L>(static_cast<const L&>(from));
    };
    add(std::make_unique<L>(std::move(layer)), copy);
  }

  Variable forward(const Variable& x) override;
  void reflect(Reflector& r) override;

 private:
  using Copy = std::unique_ptr<Layer> (*)(const Layer&);
  struct Child {
    std::string name;
    std::unique_ptr<Layer> layer;
    Copy copy;
  };
  void add(std::unique_ptr<Layer> layer, Copy copy);

  std::vector<Child> children_;
};

}  // namespace gradus::nn
