// Functions that are called when a gradient is complete.
//
// Thread safety: as the graph's (node.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tensor/tensor.h"

namespace gradus {

class Node;

using Hook = std::function<void(const Tensor& gradient)>;

/// Takes a hook away again. Dropping the handle leaves the hook in place.
class HookHandle {
 public:
  HookHandle(std::weak_ptr<Node> node, std::uint64_t number)
      : node_(std::move(node)), number_(number) {}
  /// From now on the hook is not called. Nothing happens where it is gone already.
  void remove();

 private:
  std::weak_ptr<Node> node_;
  std::uint64_t number_;
};

/// The hooks of one node, in the order in which they were added.
class Hooks {
 public:
  struct Entry {
    std::uint64_t number;
    std::shared_ptr<const Hook> hook;
  };
  std::uint64_t add(Hook hook);
  void remove(std::uint64_t number);
  bool has(std::uint64_t number) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::uint64_t next_ = 0;
};

}  // namespace gradus
