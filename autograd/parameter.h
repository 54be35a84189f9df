// What a module owns: Variables that are trained, and tensors that are not.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "autograd/variable.h"
#include "tensor/safetensors.h"

namespace gradus {

/// A leaf that a module owns. Unlike other Variables it is copied deeply, so
/// that a copied module is a model of its own.
class Parameter : public Variable {
 public:
  explicit Parameter(Tensor value) : Variable(std::move(value), true) {}
  Parameter(const Parameter& other) : Variable(other.value().clone(), other.requires_grad()) {}
  Parameter& operator=(const Parameter& other) { return *this = Parameter(other); }
  Parameter(Parameter&&) = default;
  Parameter& operator=(Parameter&&) = default;
  ~Parameter() = default;

  /// A frozen parameter needs no gradient, and no optimizer made from then on
  /// changes it.
  void set_trainable(bool trainable) {
    if (trainable != requires_grad()) Variable::operator=(Variable(value(), trainable));
  }
};

/// A tensor that a module owns and changes itself, such as a running mean: saved
/// and copied as a Parameter is, but never trained.
class Buffer {
 public:
  explicit Buffer(Tensor value) : value_(std::move(value)) {}
  Buffer(const Buffer& other) : value_(other.value_.clone()) {}
  Buffer& operator=(const Buffer& other) { return *this = Buffer(other); }
  Buffer(Buffer&&) = default;
  Buffer& operator=(Buffer&&) = default;
  ~Buffer() = default;

  const Tensor& value() const { return value_; }
  Tensor& value() { return value_; }

 private:
  Tensor value_;
};

/// What optimizers and files see of a model: its parameters by name, such as
/// "decoder.dense_2.weight", and its buffers, which need no gradient. The
/// variable shares the module's elements.
struct NamedParameter {
  std::string name;
  Variable variable;
};
using Parameters = std::vector<NamedParameter>;

/// Their tensors, which share the elements, as files hold them.
inline std::vector<NamedTensor> tensors_of(const Parameters& parameters) {
  std::vector<NamedTensor> result;
  for (const auto& [name, variable] : parameters) result.push_back({name, variable.value()});
  return result;
}

}  // namespace gradus
