#include "autograd/observer.h"

namespace gradus {

Observer::~Observer() {
  Observer** link = &innermost_;  // whichever order they end in
  while (*link != nullptr && *link != this) link = &(*link)->outer_;
  if (*link != nullptr) *link = outer_;
}

void Observer::tell(const ForwardCall& call) {
  for (Observer* o = innermost_; o != nullptr; o = o->outer_) o->called(call);
}
void Observer::tell(const BackwardCall& call) {
  for (Observer* o = innermost_; o != nullptr; o = o->outer_) o->called(call);
}

}  // namespace gradus
