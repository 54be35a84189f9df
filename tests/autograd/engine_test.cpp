#include "autograd/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "autograd/operation.h"
#include "autograd/ops.h"
#include "tensor/random.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::expect_near;
using test::grad_of;
using test::in;
using test::leaf;
using test::values;
using Values = std::vector<Scalar>;

// ---------------------------------------------------------------- the walk

TEST(Backward, AddsUpOverBothSidesOfADiamond) {
  const Variable x = leaf(3);
  const Variable left = 2 * x, right = x * x;
  (left * right).backward();             // 2 x^3
  expect_near(x.grad(), {6.0 * 3 * 3});  // 6 x^2
}

// y = s^2 + s + s t with s = e^x, t = s x: the same node on many ways.
TEST(Backward, AddsUpOverSharedSubexpressions) {
  const Variable x = leaf(Scalar(0.5));
  const Variable s = exp(x), t = s * x;
  (s * s + s + s * t).backward();
  const double e = std::exp(0.5);
  expect_near(x.grad(), {2 * e * e + e + e * e + 2 * e * e * 0.5}, 20 * test::kClose);
}

// In a ladder of n diamonds there are 2^n ways from top to bottom: a walk that
// went each of them would not end.
TEST(Backward, PassesEachNodeOnce) {
  const Variable x = leaf(1);
  Variable y = x;
  for (int i = 0; i < 60; ++i) y = Scalar(0.5) * y + Scalar(0.5) * y;
  y.backward();
  expect_near(x.grad(), {1});
  expect_near(grad_of(Scalar(0.5) * x + Scalar(0.5) * x, x).value(), {1});
}

TEST(Backward, CountsEveryUseOfALeaf) {
  const Variable x = leaf({2}, {1, -2});
  Variable y = 0;
  for (int i = 1; i <= 100; ++i) y = y + static_cast<Scalar>(i) * x;
  sum(y).backward();
  EXPECT_EQ(values(x.grad()), (Values{5050, 5050}));
}

TEST(Backward, AccumulatesUntilZeroGrad) {
  Variable x = leaf({2}, {1, 2});
  sum(square(x)).backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 4}));
  sum(square(x)).backward();
  EXPECT_EQ(values(x.grad()), (Values{4, 8}));
  x.zero_grad();
  EXPECT_FALSE(x.has_grad());
  sum(3 * x).backward();
  EXPECT_EQ(values(x.grad()), (Values{3, 3}));
}

TEST(Backward, OfALeafIsTheSeed) {
  const Variable x = leaf(5);
  x.backward();
  x.backward();
  EXPECT_EQ(x.grad().item(), 2);
  const Variable m = leaf({2}, {1, 2});
  m.backward(Tensor::from({2}, {7, 8}));
  EXPECT_EQ(values(m.grad()), (Values{7, 8}));
}

TEST(Backward, StartsFromASeed) {
  const Variable x = leaf({3}, {1, 2, 3});
  const Tensor seed = Tensor::from({3}, {1, 10, 100});
  const Variable y = square(x);
  y.backward(seed);
  EXPECT_EQ(values(x.grad()), (Values{2, 40, 600}));
  EXPECT_EQ(values(seed), (Values{1, 10, 100})) << "the seed is only read";
}

TEST(Backward, TakesOneElementOfAnyRank) {
  const Variable x = leaf({1, 1, 1}, {4});
  square(x).backward();
  EXPECT_EQ(x.grad().shape(), (Shape{1, 1, 1}));
  EXPECT_EQ(x.grad().item(), 8);
}

TEST(Backward, KeepsGradientsOfLeavesOnly) {
  const Variable x = leaf(2);
  const Variable between = square(x), y = 3 * between;
  y.backward();
  EXPECT_TRUE(x.has_grad());
  EXPECT_FALSE(between.has_grad());
  EXPECT_FALSE(y.has_grad());
}

TEST(Backward, StopsAtDetached) {
  const Variable x = leaf(3);
  const Variable y = square(x);
  (y.detach() * x).backward();  // 9 x
  EXPECT_EQ(x.grad().item(), 9);
}

// Each reports the sequence number of the gradient's node when its turn comes.
struct Report {
  static constexpr const char* kName = "report";
  std::vector<int>* order;
  int number;
  Tensor forward(const Tensor& x) { return x.clone(); }
  void backward(const Tensor& dy, const Gradients& d) const {
    order->push_back(number);
    d[0].map([](Scalar g) { return g; }, dy);
  }
  Variables rule(const Variable& dy, const Recall&) const {
    order->push_back(number);
    return {dy};
  }
};

TEST(Backward, TakesTheNewestNodeFirst) {
  std::vector<int> order;
  const Variable x = leaf(1);
  const Variable a = apply(Report{&order, 1}, x), b = apply(Report{&order, 2}, x);
  const Variable c = apply(Report{&order, 3}, a), d = apply(Report{&order, 4}, b);
  const Variable y = d + c + a;  // in whatever order it names them
  EXPECT_LT(x.node()->sequence(), a.node()->sequence());
  EXPECT_LT(a.node()->sequence(), b.node()->sequence());
  EXPECT_LT(d.node()->sequence(), y.node()->sequence());
  grad_of(y, x);
  EXPECT_EQ(order, (std::vector{4, 3, 2, 1}));
  order.clear();
  y.backward();
  EXPECT_EQ(order, (std::vector{4, 3, 2, 1}));
  EXPECT_EQ(x.grad().item(), 3);
}

// ---------------------------------------------------------------- a second time

TEST(Backward, GoesAgainThroughAKeptGraph) {
  const Variable x = leaf(3);
  const Variable y = exp(x) * x;
  y.backward({.retain_graph = true});
  const Scalar once = x.grad().item();
  y.backward({.retain_graph = true});
  EXPECT_EQ(x.grad().item(), 2 * once);
  y.backward();
  expect_near(x.grad(), {3 * static_cast<double>(once)}, 100 * test::kClose);
  EXPECT_THROW(y.backward(), Error);
}

TEST(Backward, RefusesAFreedGraph) {
  const Variable x = leaf(2);
  Variable shared, other;
  {
    const auto scope = in("encoder");
    shared = x * x;
  }
  const Variable y = exp(shared);
  other = 3 * shared;
  y.backward();
  const Scalar once = x.grad().item();
  EXPECT_EQ(error_of([&] { y.backward(); }),
            "[backward] the graph through this exp was freed by an earlier backward(); try "
            "backward({.retain_graph = true}) there, or compute the result again");
  const std::string through_mul =
      "[backward] the graph through this mul was freed by an earlier backward(); try "
      "backward({.retain_graph = true}) there, or compute the result again (in encoder)";
  EXPECT_EQ(error_of([&] { other.backward(); }), through_mul);
  EXPECT_EQ(error_of([&] { grad_of(other, x); }), through_mul);
  EXPECT_EQ(error_of([&] { exp(shared).backward(); }), through_mul);
  EXPECT_EQ(x.grad().item(), once) << "nothing was added";
}

// ---------------------------------------------------------------- mistakes

TEST(Backward, RefusesAResultOfSeveralElementsWithoutASeed) {
  const Variable x = leaf({2, 3}, {1, 2, 3, 4, 5, 6});
  const std::string text =
      "[backward] got a result of shape (2, 3), expected one element; reduce it with sum() or "
      "mean(), or give the gradient to start from";
  EXPECT_EQ(error_of([&] { square(x).backward(); }), text);
  EXPECT_EQ(error_of([&] { grad_of(square(x), x); }), text);
  EXPECT_THROW(Variable(Tensor::zeros({0}), true).backward(), Error);
}

TEST(Backward, RefusesASeedOfAnotherShape) {
  const Variable x = leaf({2}, {1, 2});
  const std::string text =
      "[backward] got a seed of shape (2, 1), expected the result's shape (2,)";
  EXPECT_EQ(error_of([&] { square(x).backward(Tensor::ones({2, 1})); }), text);
  EXPECT_EQ(error_of([&] {
              grad(square(x), std::span(&x, 1), Variable(Tensor::ones({2, 1})));
            }),
            text);
  EXPECT_FALSE(x.has_grad());
}

TEST(Backward, RefusesAResultThatNeedsNoGradient) {
  const std::string text =
      "[backward] this result depends on no variable made with requires_grad; was it detached, or "
      "computed under NoGrad?";
  const Variable x = leaf(1);
  EXPECT_EQ(error_of([] { Variable(1).backward(); }), text);
  EXPECT_EQ(error_of([&] { exp(x).detach().backward(); }), text);
  EXPECT_EQ(error_of([&] { grad_of(Variable(1), x); }), text);
  const NoGrad no_grad;
  EXPECT_EQ(error_of([&] { exp(x).backward(); }), text);
}

TEST(Backward, RefusesSavedValuesThatWereChanged) {
  const auto scope = in("decoder");
  Variable x = leaf({2}, {1, 2});
  const Variable y = sum(x * x);
  x.mutable_value().mutable_data()[0] = 5;
  const std::string text =
      "[mul] backward: a value of shape (2,) that backward needs was changed in place after it was "
      "used; run backward before the change, or change a clone() (in decoder)";
  EXPECT_EQ(error_of([&] { y.backward({.retain_graph = true}); }), text);
  EXPECT_EQ(error_of([&] { grad_of(y, x); }), text);
}

TEST(Backward, SeesChangesOfSavedOutputsAndThroughOtherHandles) {
  const Variable x = leaf({2}, {1, 2});
  const Variable e = exp(x);
  Tensor handle = reshape(e, {2, 1}).value();  // shares the elements
  const Variable y = sum(e);
  handle.mutable_data()[0] = 0;
  EXPECT_THROW(y.backward(), Error);
}

TEST(Backward, AllowsChangesOfWhatItDoesNotNeed) {
  Variable x = leaf({2}, {1, 2});
  const Variable y = sum(x + x);  // add saves nothing
  x.mutable_value().mutable_data()[0] = 5;
  y.backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 2}));
}

// ---------------------------------------------------------------- exceptions

/// The identity, whose backward throws as long as `*broken`.
struct Fragile {
  static constexpr const char* kName = "fragile";
  const bool* broken;
  Tensor forward(const Tensor& x) { return x.clone(); }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([](Scalar g) { return g; }, dy);
    if (*broken) fail("broken on purpose");
  }
  Variables rule(const Variable& dy, const Recall&) const {
    if (*broken) fail("broken on purpose");
    return {dy};
  }
};

TEST(Backward, LeavesCleanSlotsWhenAnOperationThrows) {
  bool broken = true;
  Variable x = leaf(2);
  const Variable below = x * x;
  const Variable fragile = apply(Fragile{&broken}, below);
  const Variable y = fragile * below;  // x^4; gives `below` a gradient before the throw
  EXPECT_EQ(error_of([&] { y.backward({.retain_graph = true}); }),
            "[fragile] backward: broken on purpose");
  EXPECT_FALSE(y.has_grad());
  EXPECT_FALSE(fragile.has_grad());
  EXPECT_FALSE(below.has_grad());
  EXPECT_FALSE(x.has_grad());
  EXPECT_EQ(error_of([&] { grad_of(y, x); }), "[fragile] backward: broken on purpose");

  broken = false;
  y.backward();
  EXPECT_EQ(x.grad().item(), 32);  // 4 x^3, as if nothing had happened
}

TEST(Backward, KeepsWhatLeavesHadBeforeAThrow) {
  bool broken = true;
  const Variable x = leaf({2}, {1, 2});
  sum(square(x)).backward();
  EXPECT_THROW(sum(exp(apply(Fragile{&broken}, square(x)))).backward(), Error);
  EXPECT_EQ(values(x.grad()), (Values{2, 4}));
}

TEST(Backward, CleansUpAfterAThrowInAGraphThatItFrees) {
  bool broken = true;
  const Variable x = leaf(2);
  const std::int64_t before = live_nodes();
  {
    const Variable below = x * x;
    const Variable y = exp(apply(Fragile{&broken}, below));
    EXPECT_THROW(y.backward(), Error);
    EXPECT_FALSE(below.has_grad());
    EXPECT_THROW(y.backward(), Error) << "what was passed is freed";
  }
  EXPECT_EQ(live_nodes(), before);
}

/// An operation that hands no gradient on.
struct Barrier {
  static constexpr const char* kName = "barrier";
  Tensor forward(const Tensor& x) { return x.clone(); }
  void backward(const Tensor&, const Gradients&) const {}
  Variables rule(const Variable&, const Recall&) const { return {}; }
};

TEST(Backward, TakesAGradientThatNobodyHandedOnAsZero) {
  const Variable x = leaf({2}, {1, 2}), z = leaf({2}, {3, 4});
  const Variable y = sum(apply(Barrier{}, square(x)) + z);
  const Variable dx = grad_of(y, x);
  EXPECT_EQ(values(dx.value()), (Values{0, 0}));
  y.backward();
  EXPECT_FALSE(x.has_grad());
  EXPECT_EQ(values(z.grad()), (Values{1, 1}));
}

// ---------------------------------------------------------------- threads

// A few steps of training; the loss at the end says whether all went right.
Scalar train(std::uint64_t seed) {
  Generator generator(seed);
  Tensor x = Tensor::uninitialized({8, 5}), w = Tensor::uninitialized({5, 3});
  generator.fill_normal(x, 0, 1);
  generator.fill_normal(w, 0, 1);
  Variable weight(w, true), bias(Tensor::zeros({3}), true);
  Scalar loss = 0;
  for (int step = 0; step < 200; ++step) {
    const Variable y = mean(square(dense(Variable(x), weight, bias, Activation::tanh) - 1));
    loss = y.item();
    weight.zero_grad();
    bias.zero_grad();
    y.backward();
    for (Variable* p : {&weight, &bias}) {
      for (std::size_t i = 0; Scalar & value : p->mutable_value().mutable_data()) {
        value -= Scalar(0.1) * p->grad().data()[i++];
      }
    }
  }
  return loss;
}

TEST(Threads, EachWithItsOwnGraphComputeAsIfAlone) {
  const std::int64_t before = live_nodes();
  std::vector<Scalar> alone, together(4);
  for (std::uint64_t i = 0; i < 4; ++i) alone.push_back(train(i));
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 4; ++i) {
      threads.emplace_back([&together, i] { together[i] = train(i); });
    }
  }
  EXPECT_EQ(together, alone);
  EXPECT_LT(alone[0], 0.5);
  EXPECT_EQ(live_nodes(), before);
}

}  // namespace
}  // namespace gradus
