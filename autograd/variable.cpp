#include "autograd/variable.h"

#include <utility>
#include <vector>

#include "tensor/error.h"

namespace gradus {
namespace {

thread_local bool recording = true;

// A parameter: no operation, only a place for a gradient.
class Leaf final : public Node {
 public:
  explicit Leaf(const Shape& shape) : Node(shape, {}) {}
  const char* operation() const override { return "leaf"; }
  void backward(const Tensor&) override {}
  std::vector<Variable> rule(const Variable&) override { return {}; }
  void release() override {}
};

}  // namespace

Variable::Variable(Tensor value, bool requires_grad) : value_(std::move(value)) {
  if (requires_grad) {
    node_ = std::allocate_shared<Leaf>(PoolAllocator<Leaf>(), value_.shape());
  }
}

const Tensor& Variable::grad() const {
  if (!requires_grad()) {
    fail("[grad] got a variable that needs no gradient; make it with requires_grad = true");
  }
  if (!node_->has_gradient()) {
    if (!node_->is_leaf()) {
      fail_at(node_->path(),
              "[grad] got a result of shape {}; only leaves keep their gradient: use grad(loss, x)",
              shape().str());
    }
    fail(
        "[grad] no gradient has reached this leaf of shape {}; call backward() on a result that "
        "depends on it",
        shape().str());
  }
  return node_->gradient();
}

void Variable::zero_grad() {
  if (node_) node_->clear_gradient();
}

HookHandle Variable::on_gradient(Hook hook) const {
  if (!requires_grad()) {
    fail(
        "[on_gradient] got a variable that needs no gradient; make it with requires_grad = true, "
        "or ask before it is detached and outside of NoGrad");
  }
  if (!hook) fail("[on_gradient] got an empty hook, expected a function");
  return node_->add_hook(std::move(hook));
}

NoGrad::NoGrad() : outer_(std::exchange(recording, false)) {}
NoGrad::~NoGrad() { recording = outer_; }
bool grad_enabled() { return recording; }

}  // namespace gradus
