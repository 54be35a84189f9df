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
class Dense final : public Module {
 public:
  /// Weight (in, out) from `initializer`, bias (out,) of zeros.
  Dense(Index in, Index out, Activation activation, Generator& random,
        Initializer initializer = glorot_uniform);
  Variable forward(const Variable& x) override;
  void reflect(Reflector& r) override;

  Parameter weight, bias;

 private:
  Activation activation_;
};

/// (n, a, b, ...) to (n, a b ...).
class Flatten final : public Module {
 public:
  Variable forward(const Variable& x) override;
};

/// (n, ...) to (n, sizes...). Throws `Error` where the elements do not fit.
class Reshape final : public Module {
 public:
  explicit Reshape(const Shape& sample) : sample_(sample) {}
  Variable forward(const Variable& x) override;

 private:
  Shape sample_;
};

// The activations as layers of their own.
class ReLU final : public Module {
  Variable forward(const Variable& x) override;
};
class SELU final : public Module {
  Variable forward(const Variable& x) override;
};
class ELU final : public Module {
  Variable forward(const Variable& x) override;
};
class Sigmoid final : public Module {
  Variable forward(const Variable& x) override;
};
class Tanh final : public Module {
  Variable forward(const Variable& x) override;
};

/// One layer after the other. Children are named as Keras does it: "flatten",
/// "dense", "dense_1", ...
class Sequential final : public Module {
 public:
  template <std::derived_from<Module>... Layers>
  explicit Sequential(Layers... layers) {
    (add(std::move(layers)), ...);
  }
  Sequential(const Sequential& other);
  Sequential& operator=(const Sequential& other);
  Sequential(Sequential&&) = default;
  Sequential& operator=(Sequential&&) = default;

  template <std::derived_from<Module> Layer>
  void add(Layer layer) {
    const auto copy = [](const Module& from) -> std::unique_ptr<Module> {
      return std::make_unique<Layer>(static_cast<const Layer&>(from));
    };
    add(std::make_unique<Layer>(std::move(layer)), copy);
  }

  Variable forward(const Variable& x) override;
  void reflect(Reflector& r) override;

 private:
  using Copy = std::unique_ptr<Module> (*)(const Module&);
  struct Child {
    std::string name;
    std::unique_ptr<Module> module;
    Copy copy;
  };
  void add(std::unique_ptr<Module> module, Copy copy);

  std::vector<Child> children_;
};

}  // namespace gradus::nn
