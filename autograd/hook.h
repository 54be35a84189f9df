// Functions that are called when a gradient is complete.
//
// Thread safety: as the graph's (node.h).
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "tensor/tensor.h"

namespace gradus {

class Node;

using Hook = std::function<void(const Tensor& gradient)>;

/// Takes a hook away again. Dropping the handle leaves the hook in place.
class HookHandle {
 public:
  HookHandle(std::weak_ptr<Node> node, std::weak_ptr<const Hook> hook)
      : node_(std::move(node)), hook_(std::move(hook)) {}
  /// From now on the hook is not called. Nothing happens where it is gone already.
  void remove();

 private:
  std::weak_ptr<Node> node_;
  std::weak_ptr<const Hook> hook_;
};

}  // namespace gradus
