// How an operation becomes part of the graph.
//
// An operation is one struct that holds its attributes and what it saves:
//
//   struct Mul {                                     // c = a b, elementwise
//     static constexpr const char* kName = "mul";
//     Saved a{0}, b{1};                              // inputs 0 and 1
//     Tensor forward(const Tensor& x, const Tensor& y) { a = x; b = y; ... }
//     void backward(const Tensor& dc, const Gradients& d) const;
//     Variables rule(const Variable& dc, const Recall& recall) const;
//   };
//
// `backward` is the derivative as kernels, which training runs; `rule` the same
// derivative written in Variables, which can be differentiated again and which
// the tests hold against the kernels. `apply(Mul{}, a, b)` carries it out.
//
// An operation that is a matrix product may say of how many multiplications, for
// profiles: `double multiply_adds(const Shape& output) const`, which is called
// after forward. Its backward is taken to be as much again for each of the first
// two inputs that need a gradient.
//
// Thread safety: as the graph's (node.h).
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "autograd/node.h"
#include "autograd/observer.h"
#include "autograd/variable.h"
#include "tensor/error.h"
#include "tensor/map.h"
#include "tensor/reduce.h"

namespace gradus {

using Variables = std::vector<Variable>;

/// A tensor that backward needs: an input, by its position, or the output.
class Saved {
 public:
  static constexpr int kOutput = -1;
  explicit Saved(int source) : source_(source) {}

  Saved& operator=(const Tensor& value) {
    value_ = value;
    version_ = value.version();
    return *this;
  }
  /// Throws `Error` where the tensor was written to since it was saved.
  const Tensor& get() const {
    if (value_.version() != version_) {
      fail(
          "a value of shape {} that backward needs was changed in place after it was used; "
          "run backward before the change, or change a clone()",
          value_.shape().str());
    }
    return value_;
  }
  const Shape& shape() const { return value_.shape(); }
  int source() const { return source_; }

 private:
  Tensor value_;
  std::uint64_t version_ = 0;
  int source_;
};

/// Where the gradient of one input goes; nowhere, where none is needed.
class GradientSlot {
 public:
  explicit GradientSlot(Node* node) : node_(node) {}

  /// The gradient of an elementwise operation: f of `first` and `rest` element
  /// by element, in the shape of `first`, which is that of the output. Where
  /// the input was broadcast to that shape, the sum undoes it.
  template <class F>
  void map(F f, const Tensor& first, const auto&... rest) const {
    if (!node_) return;
    if (node_->shape() == first.shape()) {
      fill([&](Tensor& dx, Write write) { gradus::map(dx, write, f, first, rest...); });
    } else {
      Tensor full = Tensor::uninitialized(first.shape());
      gradus::map(full, Write::overwrite, f, first, rest...);
      fill([&](Tensor& dx, Write write) { sum_to(dx, write, full); });
    }
  }

  /// Any other gradient: kernel(tensor, write) fills or adds to all of it.
  template <class Kernel>
  void fill(const Kernel& kernel) const {
    if (node_) node_->fill_slot(kernel);
  }

 private:
  Node* node_;
};

/// The slots of an operation's inputs.
class Gradients {
 public:
  explicit Gradients(std::span<const std::shared_ptr<Node>> parents) : parents_(parents) {}
  GradientSlot operator[](std::size_t input) const { return GradientSlot(parents_[input].get()); }

 private:
  std::span<const std::shared_ptr<Node>> parents_;
};

/// Turns what was saved back into Variables that belong to the graph.
class Recall {
 public:
  explicit Recall(Node& node) : node_(node) {}
  Variable operator()(const Saved& saved) const {
    if (saved.source() == Saved::kOutput) return Variable(saved.get(), node_.shared_from_this());
    return Variable(saved.get(), node_.parents()[static_cast<std::size_t>(saved.source())]);
  }

 private:
  Node& node_;
};

namespace detail {

template <class Op>
double multiply_adds(const Op& op, const Shape& output) {
  if constexpr (requires { op.multiply_adds(output); }) {
    return op.multiply_adds(output);
  } else {
    return 0;
  }
}

template <class Op>
class OperationNode final : public Node {
 public:
  OperationNode(Op op, const Shape& shape, PoolVector<std::shared_ptr<Node>> parents)
      : Node(shape, std::move(parents)), op_(std::move(op)) {}

  const char* operation() const override { return Op::kName; }
  void backward(const Tensor& dy) override {
    const Gradients gradients(parents());
    located([&] { std::as_const(*op_).backward(dy, gradients); });
  }
  Variables rule(const Variable& dy) override {
    const ModulePath::Scope scope(&path());
    return located([&] { return std::as_const(*op_).rule(dy, Recall(*this)); });
  }
  void release() override {
    op_.reset();
    drop_parents();
  }
  double multiply_adds() const override { return op_ ? detail::multiply_adds(*op_, shape()) : 0; }

 private:
  // Errors on the way back say which operation, and where it was called.
  template <class Body>
  auto located(const Body& body) const {
    try {
      return body();
    } catch (const Error& e) {
      fail_at(path(), "[{}] backward: {}", Op::kName, e.what());
    }
  }

  std::optional<Op> op_;
};

inline const Variable& input(const Variable& x) { return x; }
inline const Variable& input(const Variable* x) { return *x; }

template <class Op, class List>
void tell_observers(Clock::time_point begin, const Op& op, const Tensor& y, const List& inputs) {
  const TimeSpan time{begin, Clock::now()};
  PoolVector<const Variable*> all;
  for (const auto& x : inputs) all.push_back(&input(x));
  Observer::tell(ForwardCall{Op::kName, all, y, multiply_adds(op, y.shape()), time});
}

template <class Op, class List, class Forward>
Variable apply_to(Op op, const List& inputs, const Forward& forward) {
  for (const auto& x : inputs) {
    if (!input(x).value().defined()) {
      fail("[{}] got a Variable without a value, expected one made from a Tensor", Op::kName);
    }
  }
  const bool observed = Observer::any();
  const Clock::time_point begin = observed ? Clock::now() : Clock::time_point();
  Tensor y = forward(op);
  if (observed) tell_observers(begin, op, y, inputs);
  const auto needs = [](const auto& x) { return input(x).requires_grad(); };
  if (!grad_enabled() || std::ranges::none_of(inputs, needs)) return Variable(std::move(y));
  PoolVector<std::shared_ptr<Node>> parents;
  parents.reserve(inputs.size());
  for (const auto& x : inputs) parents.push_back(input(x).node());
  using N = OperationNode<Op>;
  auto node =
      std::allocate_shared<N>(PoolAllocator<N>(), std::move(op), y.shape(), std::move(parents));
  return Variable(std::move(y), std::move(node));
}

}  // namespace detail

/// Carries out `op` and, where a gradient may be wanted, records it: forward
/// gets the Variables as one span, of any length.
template <class Op>
Variable apply_list(Op op, std::span<const Variable> inputs) {
  return detail::apply_to(std::move(op), inputs, [&](Op& o) { return o.forward(inputs); });
}
/// The same for a fixed number of inputs, whose values forward gets.
template <class Op, class... Inputs>
Variable apply(Op op, const Inputs&... inputs) {
  const std::array<const Variable*, sizeof...(inputs)> list{&inputs...};
  return detail::apply_to(std::move(op), list, [&](Op& o) { return o.forward(inputs.value()...); });
}

/// A new tensor of f(inputs...), broadcast against each other, for forwards.
template <class F>
Tensor mapped(F f, const Tensor& x) {
  Tensor y = Tensor::uninitialized(x.shape());
  map(y, Write::overwrite, f, x);
  return y;
}
template <class F>
Tensor mapped(const char* operation, F f, const Tensor& first, const auto&... rest) {
  Shape shape = first.shape();
  ((shape = broadcast(operation, shape, rest.shape())), ...);
  Tensor y = Tensor::uninitialized(shape);
  map(y, Write::overwrite, f, first, rest...);
  return y;
}

}  // namespace gradus
