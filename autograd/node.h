// A node of the graph that backward walks: one operation that was carried out,
// or a leaf (a parameter), whose gradient stays.
//
// A node owns its parents, so a Variable keeps alive everything that its
// gradient needs and nothing else. It keeps a gradient slot for its one output
// and only those tensors that the operation saved.
//
// Thread safety: a graph belongs to the thread that builds it, and backward on
// another thread refuses it; graphs of different threads may share leaves only
// for reading.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "autograd/hook.h"
#include "autograd/path.h"
#include "tensor/map.h"
#include "tensor/pool.h"
#include "tensor/tensor.h"

namespace gradus {

class Variable;

class Node : public std::enable_shared_from_this<Node> {
 public:
  /// `parents` may hold null for inputs that need no gradient.
  Node(const Shape& shape, PoolVector<std::shared_ptr<Node>> parents);
  virtual ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  virtual const char* operation() const = 0;
  /// Writes or adds the parents' gradients into their slots, given that of the output.
  virtual void backward(const Tensor& dy) = 0;
  /// The parents' gradients in Variable algebra, so that they can be
  /// differentiated again. Each may still have the broadcast shape.
  virtual std::vector<Variable> rule(const Variable& dy) = 0;
  /// Drops what was saved for backward and the way to the parents.
  virtual void release() = 0;
  /// Of the operation's product, for profiles; 0 where it has none.
  virtual double multiply_adds() const { return 0; }

  std::span<const std::shared_ptr<Node>> parents() const { return parents_; }
  bool is_leaf() const { return parents_.empty() && !released_; }
  bool released() const { return released_; }
  /// Of the output, and so of its gradient.
  const Shape& shape() const { return shape_; }
  /// Grows with every node made: a node's number is above its parents'.
  std::uint64_t sequence() const { return sequence_; }
  const ModulePath& path() const { return *path_; }
  /// The number of the thread that made it (see thread_number).
  std::uint32_t thread() const { return thread_; }

  /// Whether the slot is filled, and with what.
  bool has_gradient() const { return has_gradient_; }
  const Tensor& gradient() const { return gradient_; }
  /// Lets kernel(slot, write) fill the slot: the first one of a backward pass
  /// overwrites, later ones add.
  template <class Kernel>
  void fill_slot(const Kernel& kernel) {
    if (!gradient_.defined()) gradient_ = Tensor::uninitialized(shape_);
    kernel(gradient_, has_gradient_ ? Write::add : Write::overwrite);
    has_gradient_ = true;
  }
  Tensor take_gradient();
  /// The slot counts as empty again; its memory stays for the next pass.
  void clear_gradient() { has_gradient_ = false; }

  /// See Variable::on_gradient.
  HookHandle add_hook(Hook hook);
  void remove_hook(const std::shared_ptr<const Hook>& hook) { std::erase(hooks_, hook); }
  bool has_hooks() const { return !hooks_.empty(); }
  void call_hooks(const Tensor& gradient) const;
  void drop_hooks() { hooks_.clear(); }

 protected:
  void drop_parents();

 private:
  PoolVector<std::shared_ptr<Node>> parents_;
  Tensor gradient_;
  Shape shape_;
  std::uint64_t sequence_;
  const ModulePath* path_;
  std::vector<std::shared_ptr<const Hook>> hooks_;  // in the order in which they were added
  std::uint32_t thread_;
  bool has_gradient_ = false;
  bool released_ = false;
};

/// Everything that can be reached from `root`, newest first, without recursion.
/// `visit` sees each node before its parents are looked at, and may throw.
PoolVector<std::shared_ptr<Node>> reachable(const std::shared_ptr<Node>& root,
                                            void (*visit)(const Node&));

/// The calling thread's number: 1, 2, ... in the order in which threads asked.
std::uint32_t thread_number();

/// How many nodes are alive in the process, leaves included.
std::int64_t live_nodes();

}  // namespace gradus
