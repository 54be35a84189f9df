#include "autograd/node.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace gradus {
namespace {

std::atomic<std::uint64_t> next_sequence{0};
std::atomic<std::int64_t> node_count{0};

// Parents of dying nodes, waiting to be let go one by one: were each node's
// destructor to end its parents itself, a long chain would overflow the stack.
// The outermost destructor on a thread owns the list.
thread_local PoolVector<std::shared_ptr<Node>>* waiting = nullptr;

}  // namespace

std::uint32_t thread_number() {
  static std::atomic<std::uint32_t> last{0};
  constinit thread_local std::uint32_t number = 0;
  if (number == 0) number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number;
}

Node::Node(const Shape& shape, PoolVector<std::shared_ptr<Node>> parents)
    : parents_(std::move(parents)),
      shape_(shape),
      sequence_(next_sequence.fetch_add(1, std::memory_order_relaxed)),
      path_(ModulePath::current()),
      thread_(thread_number()) {
  node_count.fetch_add(1, std::memory_order_relaxed);
}

Node::~Node() {
  drop_parents();
  node_count.fetch_sub(1, std::memory_order_relaxed);
}

void Node::drop_parents() {
  released_ = true;
  if (parents_.empty()) return;
  if (waiting != nullptr) {
    std::move(parents_.begin(), parents_.end(), std::back_inserter(*waiting));
    parents_.clear();
    return;
  }
  PoolVector<std::shared_ptr<Node>> list = std::move(parents_);
  parents_.clear();
  waiting = &list;
  while (!list.empty()) {
    const std::shared_ptr<Node> last = std::move(list.back());
    list.pop_back();
  }
  waiting = nullptr;
}

Tensor Node::take_gradient() {
  has_gradient_ = false;
  return std::exchange(gradient_, Tensor());
}

HookHandle Node::add_hook(Hook hook) {
  hooks_.push_back(std::make_shared<const Hook>(std::move(hook)));
  return HookHandle(weak_from_this(), hooks_.back());
}

void Node::call_hooks(const Tensor& gradient) const {
  const auto hooks = hooks_;  // a hook may add or remove some
  for (const auto& hook : hooks) {
    if (std::ranges::find(hooks_, hook) != hooks_.end()) (*hook)(gradient);
  }
}

void HookHandle::remove() {
  const std::shared_ptr<Node> node = node_.lock();
  if (node) node->remove_hook(hook_.lock());
}

PoolVector<std::shared_ptr<Node>> reachable(const std::shared_ptr<Node>& root,
                                            void (*visit)(const Node&)) {
  PoolVector<std::shared_ptr<Node>> found{root};
  std::unordered_set<const Node*, std::hash<const Node*>, std::equal_to<const Node*>,
                     PoolAllocator<const Node*>>
      seen{root.get()};
  for (std::size_t next = 0; next < found.size(); ++next) {
    const Node& node = *found[next];
    visit(node);
    for (const std::shared_ptr<Node>& parent : node.parents()) {
      if (parent && seen.insert(parent.get()).second) found.push_back(parent);
    }
  }
  std::ranges::sort(found, std::greater(), [](const auto& node) { return node->sequence(); });
  return found;
}

std::int64_t live_nodes() { return node_count.load(std::memory_order_relaxed); }

}  // namespace gradus
