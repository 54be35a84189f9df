#include "autograd/engine.h"

#include <functional>
#include <unordered_map>

#include "autograd/arithmetic.h"
#include "autograd/observer.h"
#include "autograd/shaping.h"
#include "tensor/error.h"

namespace gradus {
namespace {

using Nodes = PoolVector<std::shared_ptr<Node>>;

void refuse_freed(const Node& node) {
  if (node.released()) {
    fail_at(node.path(),
            "[backward] the graph through this {} was freed by an earlier backward(); try "
            "backward({{.retain_graph = true}}) there, or compute the result again",
            node.operation());
  }
}

[[noreturn]] void refuse_other_thread(const Node& node) {
  fail_at(node.path(),
          "[backward] this {} was computed on another thread, and a graph belongs to the thread "
          "that builds it; call backward() there, or compute the result here",
          node.operation());
}

// What backward may pass, newest first.
Nodes passable(const std::shared_ptr<Node>& root) {
  return reachable(root, [](const Node& node) {
    refuse_freed(node);
    if (node.thread() != thread_number() && !node.is_leaf()) refuse_other_thread(node);
  });
}

void check_seed(const Variable& y, const Shape& seed) {
  if (!y.requires_grad()) {
    fail(
        "[backward] this result depends on no variable made with requires_grad; was it detached, "
        "or computed under NoGrad?");
  }
  if (seed != y.shape()) {
    fail("[backward] got a seed of shape {}, expected the result's shape {}", seed.str(),
         y.shape().str());
  }
}

void check_scalar(const Variable& y) {
  if (y.value().numel() != 1) {
    fail(
        "[backward] got a result of shape {}, expected one element; reduce it with sum() or "
        "mean(), or give the gradient to start from",
        y.shape().str());
  }
}

// Gradients of results in between are of this pass only.
void clear_between(const Nodes& nodes) {
  for (const auto& node : nodes) {
    if (!node->is_leaf()) node->take_gradient();
  }
}

void call_hooks(Node& node, const BackwardOptions& options) {
  if (node.has_gradient()) node.call_hooks(node.gradient());
  // A hook that owns its own result would else keep it for ever.
  if (!node.is_leaf() && !options.retain_graph) node.drop_hooks();
}

void go_back(Node& node) {
  const Tensor dy = node.take_gradient();
  if (!Observer::any()) return node.backward(dy);
  const Clock::time_point begin = Clock::now();
  node.backward(dy);
  Observer::tell(BackwardCall{node, dy, {begin, Clock::now()}});
}

}  // namespace

void Variable::backward(BackwardOptions options) const {
  check_scalar(*this);
  backward(Tensor::ones(shape()), options);
}

void Variable::backward(const Tensor& seed, BackwardOptions options) const {
  check_seed(*this, seed.shape());
  Nodes nodes = passable(node_);
  node_->fill_slot([&](Tensor& slot, Write write) { map(slot, write, std::identity(), seed); });
  try {
    for (std::shared_ptr<Node>& node : nodes) {
      if (node->has_hooks()) call_hooks(*node, options);
      if (node->is_leaf()) continue;
      // No gradient where the operations above passed none on.
      if (node->has_gradient()) go_back(*node);
      if (!options.retain_graph) node->release();
      node.reset();
    }
  } catch (...) {
    std::erase(nodes, nullptr);
    clear_between(nodes);
    throw;
  }
}

std::vector<Variable> grad(const Variable& y, std::span<const Variable> xs) {
  check_scalar(y);
  return grad(y, xs, Variable(Tensor::ones(y.shape())));
}

std::vector<Variable> grad(const Variable& y, std::span<const Variable> xs, const Variable& seed) {
  check_seed(y, seed.shape());
  std::unordered_map<const Node*, Variable> gradients;
  gradients[y.node().get()] = seed;
  for (const std::shared_ptr<Node>& node : passable(y.node())) {
    const auto found = gradients.find(node.get());
    if (node->has_hooks() && found != gradients.end()) node->call_hooks(found->second.value());
    if (node->is_leaf() || found == gradients.end()) continue;
    const std::vector<Variable> parts = node->rule(Variable(found->second));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::shared_ptr<Node>& parent = node->parents()[i];
      if (!parent) continue;
      const Variable part = sum_to(parts[i], parent->shape());
      const auto [slot, first] = gradients.try_emplace(parent.get(), part);
      if (!first) slot->second = slot->second + part;
    }
  }
  std::vector<Variable> result;
  for (const Variable& x : xs) {
    if (!x.requires_grad()) {
      fail("[grad] got an x of shape {} that was made without requires_grad", x.shape().str());
    }
    const auto found = gradients.find(x.node().get());
    result.push_back(found != gradients.end() ? found->second : Variable(Tensor::zeros(x.shape())));
  }
  return result;
}

}  // namespace gradus
