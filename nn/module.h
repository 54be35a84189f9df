// A part of a model: something with parameters, parts of its own, and a way
// from input to output.
//
// A module lists its parameters and children in one function, `reflect`; their
// names, the state in a file, freezing, the summary and the paths in errors all
// derive from it. Modules are values: a copy has parameters of its own. Assigning
// to a module gives it new parameters, which an optimizer made before does not
// know; to put weights back use load_weights or optim::BestWeights.
//
//   struct Autoencoder : nn::Module {
//     nn::Sequential encoder, decoder;
//     void reflect(nn::Reflector& r) override { r("encoder", encoder); r("decoder", decoder); }
//     Variable forward(const Variable& x) override { return decoder(encoder(x)); }
//   };
//
// Thread safety: a module belongs to one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/parameter.h"
#include "autograd/variable.h"

namespace gradus::nn {

class Module;

/// Told of each parameter and child of a module, in order.
class Reflector {
 public:
  virtual ~Reflector() = default;
  virtual void operator()(std::string_view name, Parameter& parameter) = 0;
  virtual void operator()(std::string_view name, Module& child) = 0;
};

class Module {
 public:
  Module() { ++structure_version; }
  virtual ~Module() = default;
  Module(const Module&) : Module() {}  // a copy stands somewhere else: no path yet
  Module& operator=(const Module&) {
    ++structure_version;
    return *this;
  }

  /// The output for a batch x: `forward`, with this module's path open, so that
  /// errors and graph nodes say where they belong.
  Variable operator()(const Variable& x);

  virtual Variable forward(const Variable& x) = 0;
  virtual void reflect(Reflector&) {}

  /// Every parameter below this module by its dotted name, in the order of `reflect`.
  Parameters parameters();
  /// Freezes every parameter below this module, or thaws it. Optimizers made
  /// before keep what they were given.
  void set_trainable(bool trainable);
  /// The number of elements in all parameters.
  Index parameter_count();
  /// The class's name without its namespaces: "Dense".
  std::string type() const;

 private:
  void set_path(const ModulePath* path);

  // Paths are given out from the outermost module when it is called, and again
  // once any module was made or assigned since: it might stand below this one.
  static inline std::atomic<std::uint64_t> structure_version{0};
  std::uint64_t path_version_ = 0;
  const ModulePath* path_ = ModulePath::root();
};

/// Told of each call of a module while it is set; for the summary. One a thread.
class CallObserver {
 public:
  CallObserver();
  virtual ~CallObserver();
  CallObserver(const CallObserver&) = delete;
  CallObserver& operator=(const CallObserver&) = delete;
  virtual void called(const Module& module, const Variable& output) = 0;

 private:
  CallObserver* outer_;
};

}  // namespace gradus::nn
