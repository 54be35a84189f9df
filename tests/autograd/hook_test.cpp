#include "autograd/hook.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "autograd/operation.h"
#include "autograd/ops.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::grad_of;
using test::leaf;
using test::values;
using Values = std::vector<Scalar>;

TEST(OnGradient, SeesTheCompleteGradient) {
  const Variable x = leaf({2}, {1, 2});
  const Variable between = 3 * x;
  std::vector<Values> seen;
  between.on_gradient([&](const Tensor& g) { seen.push_back(values(g)); });
  x.on_gradient([&](const Tensor& g) { seen.push_back(values(g)); });
  sum(between * between + between).backward();  // 2 b + 1, in three parts
  EXPECT_EQ(seen, (std::vector<Values>{{7, 13}, {21, 39}}));
}

TEST(OnGradient, OfALeafSeesWhatHasAddedUp) {
  const Variable x = leaf(1);
  Values seen;
  x.on_gradient([&](const Tensor& g) { seen.push_back(g.item()); });
  (2 * x).backward();
  (5 * x).backward();
  EXPECT_EQ(seen, (Values{2, 7}));
}

TEST(OnGradient, CallsNewestVariablesFirstAndHooksAsTheyWereAdded) {
  const Variable x = leaf(1);
  const Variable a = exp(x), b = exp(x);
  std::string order;
  const auto note = [&](const char* name) {
    return [&order, name](const Tensor&) { order += name; };
  };
  x.on_gradient(note("x"));
  a.on_gradient(note("a1 "));
  b.on_gradient(note("b1 "));
  a.on_gradient(note("a2 "));
  const Variable y = a + b;
  y.on_gradient(note("y "));
  y.backward({.retain_graph = true});
  EXPECT_EQ(order, "y b1 a1 a2 x");
  order.clear();
  grad_of(y, x);
  EXPECT_EQ(order, "y b1 a1 a2 x");
  order.clear();
  y.backward();
  EXPECT_EQ(order, "y b1 a1 a2 x");
}

TEST(OnGradient, SeesTheSeed) {
  const Variable y = exp(leaf({2}, {0, 1}));
  Values seen;
  y.on_gradient([&](const Tensor& g) { seen = values(g); });
  y.backward(Tensor::from({2}, {3, 4}));
  EXPECT_EQ(seen, (Values{3, 4}));
}

/// An operation that hands no gradient on.
struct Barrier {
  static constexpr const char* kName = "barrier";
  Tensor forward(const Tensor& x) { return x.clone(); }
  void backward(const Tensor&, const Gradients&) const {}
  Variables rule(const Variable&, const Recall&) const { return {}; }
};

TEST(OnGradient, IsNotCalledWhereNoGradientComes) {
  const Variable x = leaf(1), elsewhere = leaf(1);
  int calls = 0;
  const auto count = [&](const Tensor&) { ++calls; };
  const Variable below = exp(x);
  below.on_gradient(count);
  x.on_gradient(count);
  elsewhere.on_gradient(count);
  const Variable y = apply(Barrier{}, below);
  grad_of(y, x);
  y.backward();
  EXPECT_EQ(calls, 0);
}

TEST(OnGradient, StaysWithoutItsHandleAndGoesByIt) {
  const Variable x = leaf(1);
  int first = 0, second = 0;
  HookHandle handle = x.on_gradient([&](const Tensor&) { ++first; });
  x.on_gradient([&](const Tensor&) { ++second; });
  exp(x).backward();
  handle.remove();
  handle.remove();
  exp(x).backward();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
}

TEST(OnGradient, AHandleWhoseHookIsGoneTakesNoOtherAway) {
  const Variable x = leaf(1);
  int calls = 0;
  HookHandle gone = x.on_gradient([](const Tensor&) {});
  gone.remove();
  x.on_gradient([&](const Tensor&) { ++calls; });
  gone.remove();
  exp(x).backward();
  EXPECT_EQ(calls, 1);
}

TEST(OnGradient, MayRemoveItselfAndAddOthers) {
  const Variable x = leaf(1);
  int calls = 0, later = 0;
  std::unique_ptr<HookHandle> handle;
  handle = std::make_unique<HookHandle>(x.on_gradient([&](const Tensor&) {
    ++calls;
    handle->remove();
    x.on_gradient([&](const Tensor&) { ++later; });
  }));
  exp(x).backward();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(later, 0);  // from the next walk on
  exp(x).backward();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(later, 1);
}

TEST(OnGradient, IsNotCalledOnceAnEarlierHookRemovedIt) {
  const Variable x = leaf(1);
  HookHandle second({}, {});
  int calls = 0;
  x.on_gradient([&](const Tensor&) { second.remove(); });
  second = x.on_gradient([&](const Tensor&) { ++calls; });
  exp(x).backward();
  EXPECT_EQ(calls, 0);
}

TEST(OnGradient, KeepsTheStateOfItsHook) {
  const Variable x = leaf(1);
  int last = 0;
  x.on_gradient([&last, n = 0](const Tensor&) mutable { last = ++n; });
  for (int i = 0; i < 3; ++i) exp(x).backward();
  EXPECT_EQ(last, 3);
}

TEST(OnGradient, RefusesAnEmptyHook) {
  EXPECT_EQ(error_of([] { leaf(1).on_gradient(Hook()); }),
            "[on_gradient] got an empty hook, expected a function");
}

TEST(OnGradient, GoesWithTheGraphEvenWhereItOwnsIt) {
  const std::int64_t before = live_nodes();
  {
    const Variable x = leaf(1);
    Variable y = exp(x);
    HookHandle handle = y.on_gradient([y](const Tensor&) {});
    y.backward();
    y = Variable();
    EXPECT_EQ(live_nodes(), before + 1);
    handle.remove();  // of a node that is gone
  }
  EXPECT_EQ(live_nodes(), before);
}

TEST(OnGradient, EndsTheWalkByThrowing) {
  const Variable x = leaf(1);
  const Variable y = exp(x), z = 2 * y;
  HookHandle handle = y.on_gradient([](const Tensor&) { fail("enough"); });
  EXPECT_EQ(error_of([&] { z.backward({.retain_graph = true}); }), "enough");
  EXPECT_FALSE(x.has_grad());
  EXPECT_FALSE(y.has_grad());
  handle.remove();
  z.backward();
  EXPECT_TRUE(x.has_grad());
}

}  // namespace
}  // namespace gradus
