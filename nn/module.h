// A part of a model: something with parameters and parts of its own.
//
// A module lists its parameters, buffers, children and random generators in one
// function, `reflect`; their names, the state in a file, freezing, the summary and
// the paths in errors all derive from it. Modules are values: a copy has parameters of its
// own. Assigning to a module gives it new parameters, which an optimizer made
// before does not know; to put weights back use load_weights or optim::BestWeights.
//
// A `Layer` is a module from one Variable to one Variable:
//
//   struct Autoencoder : nn::Layer {
//     nn::Sequential encoder, decoder;
//     void reflect(nn::Reflector& r) override { r("encoder", encoder); r("decoder", decoder); }
//     Variable forward(const Variable& x) override { return decoder(encoder(x)); }
//   };
//
// A module with several inputs or outputs writes its own operator(), by `call`:
//
//   struct Encoder : nn::Module {
//     nn::Dense mean, log_var;
//     void reflect(nn::Reflector& r) override { r("mean", mean); r("log_var", log_var); }
//     std::array<Variable, 2> operator()(const Variable& x) {
//       return call([&] { return std::array{mean(x), log_var(x)}; });
//     }
//   };
//
// Thread safety: a module belongs to one thread at a time.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/parameter.h"
#include "autograd/path.h"
#include "autograd/variable.h"
#include "tensor/random.h"

namespace gradus::nn {

class Module;

/// Told of each parameter, buffer, child and generator of a module, in order.
class Reflector {
 public:
  virtual ~Reflector() = default;
  virtual void operator()(std::string_view name, Module& child) = 0;
  virtual void operator()(std::string_view /*name*/, Parameter&) {}
  virtual void operator()(std::string_view /*name*/, Buffer&) {}
  virtual void operator()(std::string_view /*name*/, Generator&) {}
};

class Module {
 public:
  Module() { ++structure_version; }
  virtual ~Module() = default;
  Module(const Module&) : Module() {}  // a copy stands somewhere else: no path yet
  Module& operator=(const Module&) {   // NOLINT(bugprone-unhandled-self-assignment): copies nothing
    ++structure_version;
    return *this;
  }

  virtual void reflect(Reflector&) {}

  /// Every parameter and buffer below this module by its dotted name, in the order
  /// of `reflect`. Buffers, as frozen parameters, require no gradient.
  Parameters parameters();
  /// Every generator below this module, named likewise: the state of a model
  /// beside its weights. Pointers into this module.
  std::vector<NamedGenerator> generators();
  /// Freezes every parameter below this module, or thaws it. Optimizers made
  /// before keep what they were given.
  void set_trainable(bool trainable);
  /// The number of elements in all parameters and buffers.
  Index parameter_count();
  /// The class's name without its namespaces: "Dense".
  std::string type() const;

 protected:
  /// What body() returns, a Variable or a std::array of them. Meanwhile this
  /// module's path is open, so that errors and graph nodes say where they belong.
  template <class Body>
  auto call(const Body& body) {
    auto outputs = current_path()->open(body);
    if constexpr (std::same_as<decltype(outputs), Variable>) {
      report({&outputs, 1});
    } else {
      report(outputs);
    }
    return outputs;
  }

 private:
  const ModulePath* current_path();
  void set_path(const ModulePath* path);
  void report(std::span<const Variable> outputs) const;

  // Paths are given out from the outermost module when it is called, and again
  // once any module was made or assigned since: it might stand below this one.
  static inline std::atomic<std::uint64_t> structure_version{0};
  std::uint64_t path_version_ = 0;
  const ModulePath* path_ = ModulePath::root();
};

/// A module from one Variable to one Variable.
class Layer : public Module {
 public:
  /// The output for a batch x: `forward`, carried out by `call`.
  Variable operator()(const Variable& x) {
    return call([&] { return forward(x); });
  }
  virtual Variable forward(const Variable& x) = 0;
};

/// Told of each call of a module while it is set; for the summary. One a thread.
class CallObserver {
 public:
  CallObserver();
  virtual ~CallObserver();
  CallObserver(const CallObserver&) = delete;
  CallObserver& operator=(const CallObserver&) = delete;
  virtual void called(const Module& module, std::span<const Variable> outputs) = 0;

 private:
  CallObserver* outer_;
};

}  // namespace gradus::nn
