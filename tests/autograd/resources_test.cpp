// What a graph costs and gives back: nodes, memory and stack, counted exactly.
#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "autograd/engine.h"
#include "autograd/operation.h"
#include "autograd/ops.h"
#include "tensor/pool.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

#ifndef __has_feature  // clang's way of saying it
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// Runs `body` on a thread with a stack of 256 KiB, a thirtieth of the usual.
void on_small_stack(std::function<void()> body) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 256 * 1024), 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &body), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

// Were each node to end its parents itself, one level would need at least 48
// bytes of stack: 256 KiB end after some 5,000 nodes at the latest.
constexpr int kChain = kSanitized ? 100'000 : 1'000'000;

Variable chain(Variable y, int length) {
  for (int i = 0; i < length; ++i) y = -y;
  return y;
}

/// What the pool has handed out, less what it had when this was made.
class Growth {
 public:
  std::int64_t bytes() const { return static_cast<std::int64_t>(pool_stats().live_bytes) - bytes_; }
  std::int64_t blocks() const {
    return static_cast<std::int64_t>(pool_stats().live_blocks) - blocks_;
  }
  std::int64_t nodes() const { return live_nodes() - nodes_; }

 private:
  std::int64_t bytes_ = static_cast<std::int64_t>(pool_stats().live_bytes);
  std::int64_t blocks_ = static_cast<std::int64_t>(pool_stats().live_blocks);
  std::int64_t nodes_ = live_nodes();
};

// ---------------------------------------------------------------- nodes

TEST(Nodes, AreCountedAndGone) {
  const Growth growth;
  {
    const Variable x(Tensor::scalar(2), true);
    EXPECT_EQ(growth.nodes(), 1);
    const Variable data(Tensor::scalar(2));
    EXPECT_EQ(growth.nodes(), 1);
    const Variable y = exp(x * data);
    EXPECT_EQ(growth.nodes(), 3);
    y.backward();
    // y's own node stays with y; the product's went with its last owner.
    EXPECT_EQ(growth.nodes(), 2);
  }
  EXPECT_EQ(growth.nodes(), 0);
  EXPECT_EQ(growth.blocks(), 0);
}

TEST(Nodes, OfAKeptGraphStayUntilItIsLetGo) {
  const Growth growth;
  const Variable x(Tensor::scalar(2), true);
  {
    const Variable y = exp(exp(exp(x)) * Scalar(0.001));
    EXPECT_EQ(growth.nodes(), 5);
    y.backward({.retain_graph = true});
    EXPECT_EQ(growth.nodes(), 5);
  }
  EXPECT_EQ(growth.nodes(), 1);
}

/// The identity; when backward comes by, it notes how many nodes are alive.
struct Census {
  static constexpr const char* kName = "census";
  std::int64_t* nodes;
  Tensor forward(const Tensor& x) { return x.clone(); }
  void backward(const Tensor& dy, const Gradients& d) const {
    *nodes = live_nodes();
    d[0].map([](Scalar g) { return g; }, dy);
  }
  Variables rule(const Variable& dy, const Recall&) const { return {dy}; }
};

TEST(Nodes, DieOneByOneWhileBackwardRuns) {
  std::int64_t seen = 0;
  const std::int64_t before = live_nodes();
  const Variable x(Tensor::scalar(2), true);
  Variable y = apply(Census{&seen}, -(-x));
  for (int i = 0; i < 100; ++i) y = -y;
  y.backward();
  EXPECT_EQ(seen - before, 5);  // x, two below, the census itself, and y, which is held here
}

TEST(Nodes, OfDroppedResultsDieAtOnce) {
  const Variable x(Tensor::scalar(2), true);
  const Growth growth;
  exp(exp(x));
  EXPECT_EQ(growth.nodes(), 0);
  {
    const Variable kept = exp(x);
    exp(kept);
    EXPECT_EQ(growth.nodes(), 1);
  }
  EXPECT_EQ(growth.nodes(), 0);
}

/// The identity; what it carries goes when its node does.
struct Carry {
  static constexpr const char* kName = "carry";
  std::shared_ptr<void> load;
  Tensor forward(const Tensor& x) { return x.clone(); }
  void backward(const Tensor&, const Gradients&) const {}
  Variables rule(const Variable&, const Recall&) const { return {}; }
};

// One thread is in the middle of letting a graph go when another lets go of its
// own: the second must not leave its nodes to the first.
TEST(Nodes, DieOnTheThreadThatDropsThem) {
  std::int64_t left = -1;
  const auto drop_elsewhere = [&](void*) {
    std::jthread([&] {
      const Growth growth;
      const Variable x(Tensor::scalar(2), true);
      exp(exp(exp(x)));
      left = growth.nodes();
    });
  };
  const Growth growth;
  {
    const Variable x(Tensor::scalar(2), true);
    const Variable middle = -apply(Carry{std::shared_ptr<void>(&left, drop_elsewhere)}, -x);
  }
  EXPECT_EQ(left, 1);  // its x
  EXPECT_EQ(growth.nodes(), 0);
}

TEST(Nodes, OfHigherDerivativesDieWithThem) {
  const Growth growth;
  {
    const Variable x(Tensor::scalar(2), true);
    Variable y = tanh(x);
    for (int i = 0; i < 4; ++i) y = grad(y, std::span(&x, 1))[0];
    EXPECT_GT(growth.nodes(), 10);
    y.backward();
  }
  EXPECT_EQ(growth.nodes(), 0);
  EXPECT_EQ(growth.blocks(), 0);
}

// ---------------------------------------------------------------- the stack

TEST(LongChain, GoesForwardBackwardAndAwayOnASmallStack) {
  on_small_stack([] {
    const Growth growth;
    {
      const Variable x(Tensor::scalar(3), true);
      const Variable y = chain(x, kChain);
      EXPECT_EQ(growth.nodes(), 1 + kChain);
      y.backward();
      EXPECT_EQ(x.grad().item(), kChain % 2 == 0 ? 1 : -1);
      EXPECT_EQ(growth.nodes(), 2);
    }
    EXPECT_EQ(growth.nodes(), 0);
    EXPECT_EQ(growth.bytes(), 0);
  });
  pool_trim();
}

TEST(LongChain, IsDroppedWithoutBackwardOnASmallStack) {
  on_small_stack([] {
    const Growth growth;
    const Variable x(Tensor::scalar(3), true);
    chain(x, kChain);
    EXPECT_EQ(growth.nodes(), 1);
  });
  pool_trim();
}

TEST(LongChain, IsDroppedAfterAKeptBackwardOnASmallStack) {
  on_small_stack([] {
    const Growth growth;
    const Variable x(Tensor::scalar(3), true);
    {
      const Variable y = chain(x, kChain / 10);
      y.backward({.retain_graph = true});
      EXPECT_EQ(growth.nodes(), 1 + kChain / 10);
    }
    EXPECT_EQ(growth.nodes(), 1);
  });
  pool_trim();
}

TEST(LongChain, IsWalkedByGradOnASmallStack) {
  on_small_stack([] {
    const Growth growth;
    const Variable x(Tensor::scalar(3), true);
    {
      const Variable y = chain(x, kChain / 10);
      const Variable seed(Tensor::scalar(1), true);
      const Variable g = grad(y, std::span(&x, 1), seed)[0];
      EXPECT_EQ(g.item(), 1);
      EXPECT_EQ(growth.nodes(), 2 + 2 * (kChain / 10));
      g.backward();
      EXPECT_EQ(seed.grad().item(), 1);
    }
    EXPECT_EQ(growth.nodes(), 1);
  });
  pool_trim();
}

// ---------------------------------------------------------------- memory

constexpr Index kElements = 1 << 18;
constexpr std::int64_t kTensor = kElements * static_cast<Index>(sizeof(Scalar));  // a size class
constexpr std::int64_t kSmallChange = 16 * 1024;  // nodes, storage blocks and lists

/// By how many whole tensors of kElements the pool has grown.
testing::AssertionResult grown_by(const Growth& growth, std::int64_t tensors) {
  const std::int64_t rest = growth.bytes() - tensors * kTensor;
  if (0 <= rest && rest < kSmallChange) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "grew by " << growth.bytes() << " bytes, not by " << tensors << " of " << kTensor;
}

TEST(Activations, ThatNoBackwardNeedsDieAtOnce) {
  const Variable x(Tensor::ones({kElements}), true);
  const Growth growth;
  const Variable y = -(-(x + 1) - 2);  // saves nothing
  EXPECT_TRUE(grown_by(growth, 1));    // y
}

TEST(Activations, AreKeptOnlyWhereBackwardNeedsThem) {
  const Variable x(Tensor::ones({kElements}), true);
  const Growth growth;
  {
    const Variable y = exp(x + 1) + 1;  // the output of exp
    EXPECT_TRUE(grown_by(growth, 2));
  }
  {
    const Variable y = square(x + 1) + 1;  // the input of square
    EXPECT_TRUE(grown_by(growth, 2));
  }
  {
    const Variable y = (x + 1) * (x + 2);  // both factors
    EXPECT_TRUE(grown_by(growth, 3));
  }
  {
    const Variable y = reshape(reshape(x, {kElements / 2, 2}), {kElements});  // the same elements
    EXPECT_TRUE(grown_by(growth, 0));
  }
  {
    const NoGrad no_grad;
    const Variable y = exp(square((x + 1) * (x + 2)));
    EXPECT_TRUE(grown_by(growth, 1));
  }
  EXPECT_TRUE(grown_by(growth, 0));
}

TEST(Activations, AreLetGoWhileBackwardRuns) {
  const Variable x(Tensor::zeros({kElements}), true);
  x.backward(Tensor::zeros(x.shape()));  // x's gradient has its memory from here on
  const Growth growth;
  Variable y = x;
  for (int i = 0; i < 10; ++i) y = tanh(y);
  EXPECT_TRUE(grown_by(growth, 10));
  const Tensor seed = Tensor::ones(y.shape());
  pool_reset_high_water();
  const std::size_t before = pool_stats().live_bytes;
  y.backward(seed);
  EXPECT_TRUE(grown_by(growth, 2));  // y and the seed
  // y's gradient and the next; from then on each step frees as much as it takes.
  EXPECT_LT(pool_stats().high_water_bytes - before, 2 * kTensor + kSmallChange);
}

TEST(Activations, GoWithAGraphThatIsFreedWhileResultsLive) {
  const Variable x(Tensor::ones({kElements}), true);
  x.backward(Tensor::zeros(x.shape()));
  const Growth growth;
  const Variable between = square(x + 1), y = sum(exp(between));
  EXPECT_TRUE(grown_by(growth, 3));  // what square saved, its value, and what exp saved
  y.backward();
  EXPECT_TRUE(grown_by(growth, 1));  // its value
}

// ---------------------------------------------------------------- steady state

TEST(SteadyState, TenThousandStepsAskTheSystemForNothing) {
  Variable w(Tensor::full({4, 3}, Scalar(0.1)), true), b(Tensor::zeros({3}), true);
  const Variable x(Tensor::ones({2, 4}));
  const auto step = [&] {
    w.zero_grad();
    b.zero_grad();
    mean(square(dense(x, w, b, Activation::selu) - 1)).backward();
  };
  const auto second_order = [&] {
    const Variable y = mean(square(dense(x, w, b, Activation::tanh)));
    sum(square(grad(y, std::span(&w, 1))[0])).backward();
  };
  for (int i = 0; i < 3; ++i) {
    step();
    second_order();
  }
  const Growth growth;
  const std::uint64_t allocations = pool_stats().system_allocations;
  for (int i = 0; i < 10'000; ++i) step();
  for (int i = 0; i < 1'000; ++i) second_order();
  EXPECT_EQ(pool_stats().system_allocations, allocations);
  EXPECT_EQ(growth.bytes(), 0);
  EXPECT_EQ(growth.nodes(), 0);
}

// ---------------------------------------------------------------- exceptions

struct Throws {
  static constexpr const char* kName = "throws";
  Saved x{0};
  bool in_forward = false;
  Tensor forward(const Tensor& input) {
    x = input;
    if (in_forward) fail("[throws] forward");
    return input.clone();
  }
  void backward(const Tensor&, const Gradients&) const { fail("no way back"); }
  Variables rule(const Variable&, const Recall&) const { fail("no rule"); }
};

TEST(Exceptions, LeakNothing) {
  const Growth growth;
  {
    const Variable x(Tensor::ones({100}), true);
    EXPECT_THROW(apply(Throws{.in_forward = true}, exp(x)), Error);
    EXPECT_EQ(growth.nodes(), 1);
    EXPECT_THROW(exp(x) + Variable(Tensor::ones({3})), Error);
    EXPECT_EQ(growth.nodes(), 1);
    for (const bool retain : {false, true}) {
      const Variable y = sum(exp(apply(Throws{}, exp(x))));
      EXPECT_THROW(y.backward({.retain_graph = retain}), Error);
    }
    const Variable y = sum(exp(apply(Throws{}, exp(x))));
    EXPECT_THROW(grad(y, std::span(&x, 1)), Error);
    EXPECT_EQ(growth.nodes(), 6);  // x, and y's sum, reshape, exp, throws and exp
  }
  EXPECT_EQ(growth.nodes(), 0);
  EXPECT_EQ(growth.bytes(), 0);
}

}  // namespace
}  // namespace gradus
