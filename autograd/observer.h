// Being told of every operation that a thread carries out, forward and backward:
// what profiles (autograd/profile.h) and checks (autograd/non_finite.h) build on.
//
// Where nobody observes, an operation pays for one test of a pointer.
//
// Thread safety: an observer sees its own thread only, on which it is made and ended.
#pragma once

#include <chrono>
#include <span>

#include "autograd/variable.h"

namespace gradus {

using Clock = std::chrono::steady_clock;
struct TimeSpan {
  Clock::time_point begin, end;
};

/// A forward that has ended. Its module is ModulePath::current().
struct ForwardCall {
  const char* operation;
  std::span<const Variable* const> inputs;
  const Tensor& output;
  double multiply_adds;  ///< of its product; 0 where it has none
  TimeSpan time;
};

/// A node's backward that has ended, before the node is freed.
struct BackwardCall {
  const Node& node;
  const Tensor& gradient;  ///< that of the output, from which it worked
  TimeSpan time;
};

/// Told of the operations of its thread for as long as it lives; of several the
/// innermost first. What it throws ends the operation.
class Observer {
 public:
  Observer() : outer_(innermost_) { innermost_ = this; }
  virtual ~Observer() {
    Observer** link = &innermost_;  // whichever order they end in
    while (*link != nullptr && *link != this) link = &(*link)->outer_;
    if (*link != nullptr) *link = outer_;
  }
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  static bool any() { return innermost_ != nullptr; }
  /// `call` is a ForwardCall or a BackwardCall.
  static void tell(const auto& call) {
    for (Observer* o = innermost_; o != nullptr; o = o->outer_) o->called(call);
  }

 protected:
  virtual void called(const ForwardCall& call) = 0;
  virtual void called(const BackwardCall& call) = 0;

 private:
  inline static constinit thread_local Observer* innermost_ = nullptr;
  Observer* outer_;
};

}  // namespace gradus
