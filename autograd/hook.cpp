#include "autograd/hook.h"

#include <algorithm>

#include "autograd/node.h"

namespace gradus {

std::uint64_t Hooks::add(Hook hook) {
  entries_.push_back({next_, std::make_shared<const Hook>(std::move(hook))});
  return next_++;
}

void Hooks::remove(std::uint64_t number) {
  std::erase_if(entries_, [&](const Entry& e) { return e.number == number; });
}

bool Hooks::has(std::uint64_t number) const {
  return std::ranges::find(entries_, number, &Entry::number) != entries_.end();
}

void HookHandle::remove() {
  if (const std::shared_ptr<Node> node = node_.lock()) node->remove_hook(number_);
}

}  // namespace gradus
