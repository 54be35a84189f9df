#include "nn/layers.h"

#include <algorithm>
#include <cctype>

#include "autograd/shaping.h"
#include "tensor/error.h"

namespace gradus::nn {
namespace {

Shape checked_weight_shape(Index in, Index out) {
  if (in < 1 || out < 1) {
    fail("[Dense] got {} inputs and {} outputs, expected at least 1 of each", in, out);
  }
  return {in, out};
}

Index samples(const char* layer, const Variable& x) {
  if (x.shape().rank() == 0) {
    fail("[{}] got a scalar, expected a batch, whose first dimension counts the samples", layer);
  }
  return x.shape()[0];
}

}  // namespace

Dense::Dense(Index in, Index out, Activation activation, Generator& random, Initializer initializer)
    : weight(initializer(checked_weight_shape(in, out), random)),
      bias(Tensor::zeros({out})),
      activation_(activation) {}

Variable Dense::forward(const Variable& x) { return dense(x, weight, bias, activation_); }

void Dense::reflect(Reflector& r) {
  r("weight", weight);
  r("bias", bias);
}

Variable Flatten::forward(const Variable& x) {
  const Index n = samples("Flatten", x);
  return reshape(x, {n, x.shape().numel(1, x.shape().rank())});
}

Variable Reshape::forward(const Variable& x) {
  return reshape(x, sample_.batch_of(samples("Reshape", x)));
}

Sequential::Sequential(const Sequential& other) : Layer(other) {
  for (const Child& child : other.children_) {
    children_.push_back({child.name, child.copy(*child.layer), child.copy});
  }
}

Sequential& Sequential::operator=(const Sequential& other) { return *this = Sequential(other); }

void Sequential::add(std::unique_ptr<Layer> layer, Copy copy) {
  std::string name = layer->type();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto same =
      std::ranges::count(children_, layer->type(), [](const Child& c) { return c.layer->type(); });
  if (same > 0) name += "_" + std::to_string(same);
  children_.push_back({std::move(name), std::move(layer), copy});
}

Variable Sequential::forward(const Variable& x) {
  Variable y = x;
  for (Child& child : children_) y = (*child.layer)(y);
  return y;
}

void Sequential::reflect(Reflector& r) {
  for (Child& child : children_) r(child.name, *child.layer);
}

}  // namespace gradus::nn
