#include "autograd/hook.h"

#include "autograd/node.h"

namespace gradus {

std::uint64_t Hooks::add(Hook hook) {
  hooks_.emplace_back(next_, std::move(hook));
  return next_++;
}

void Hooks::remove(std::uint64_t number) {
  std::erase_if(hooks_, [&](const auto& hook) { return hook.first == number; });
}

void Hooks::call(const Tensor& gradient) const {
  for (const auto& [number, hook] : hooks_) hook(gradient);
}

void HookHandle::remove() {
  if (const std::shared_ptr<Node> node = node_.lock()) node->remove_hook(number_);
}

}  // namespace gradus
