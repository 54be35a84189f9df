// A tensor that remembers how it was computed.
//
// A Variable is a handle: a value and, where a gradient can flow back through
// it, a node. Copies share both. Operations on Variables (autograd/ops.h)
// record themselves; `backward()` then fills the gradients of the leaves that
// were made with `requires_grad`.
//
// Thread safety: see node.h. NoGrad holds for its own thread.
#pragma once

#include <memory>

#include "autograd/node.h"
#include "tensor/tensor.h"

namespace gradus {

struct BackwardOptions {
  /// Keep what the graph saved, so that backward can run through it again.
  bool retain_graph = false;
};

class Variable {
 public:
  Variable() = default;
  /// A leaf: with `requires_grad` a parameter, without it data.
  explicit Variable(Tensor value, bool requires_grad = false);
  /// A constant of rank 0, so that `1 - x` reads as it should.
  Variable(Scalar value) : value_(Tensor::scalar(value)) {}  // NOLINT: implicit on purpose
  /// The output of the operation `node`.
  Variable(Tensor value, std::shared_ptr<Node> node)
      : value_(std::move(value)), node_(std::move(node)) {}

  const Tensor& value() const { return value_; }
  /// For optimizers and initialisers: writing to its elements is not recorded. A
  /// backward that still needs the old ones refuses. The tensor itself stays.
  Tensor mutable_value() { return value_; }
  const Shape& shape() const { return value_.shape(); }
  /// The one element. Throws `Error` where there is not exactly one.
  Scalar item() const { return value_.item(); }

  bool requires_grad() const { return node_ != nullptr; }
  bool has_grad() const { return node_ && node_->has_gradient(); }
  /// The gradient that the last backward passes added up, of this shape. Its
  /// memory is used again: clone() it to keep it. Throws `Error` where there is
  /// none (see has_grad).
  const Tensor& grad() const;
  /// Forgets the gradient: the next backward overwrites it.
  void zero_grad();

  /// Adds d this / d leaf to the gradient of every leaf. Throws `Error` where
  /// this has not exactly one element, does not depend on a leaf, or was
  /// walked and freed before. After an error on the way, leaves may have part
  /// of their gradient: zero_grad() them.
  void backward(BackwardOptions options = {}) const;
  /// The same from a gradient `seed` of this shape.
  void backward(const Tensor& seed, BackwardOptions options = {}) const;

  /// Calls `hook` with the gradient of this whenever backward or grad() has it
  /// complete: before it goes on to what this was made from, and on the thread that
  /// walks. Hooks look, they do not change it; of a leaf they see what grad() is then,
  /// earlier passes added. Variables come newest first, the hooks of one in
  /// the order in which they were added; what a hook throws ends the walk.
  ///
  /// A hook stays until its handle removes it or this result's graph is freed. It
  /// must not own this Variable, which would then own itself. Throws `Error` where
  /// this needs no gradient.
  HookHandle on_gradient(Hook hook) const;

  /// The same value, cut off from the graph.
  Variable detach() const { return Variable(value_); }

  const std::shared_ptr<Node>& node() const { return node_; }

 private:
  Tensor value_;
  std::shared_ptr<Node> node_;
};

/// While one lives, operations on its thread record nothing.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool outer_;
};
bool grad_enabled();

}  // namespace gradus
