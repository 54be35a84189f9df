// The mistakes that are made with a graph, and what each is answered: one test a
// mistake, on its whole text. engine_test.cpp has what must hold after them; that
// of a parameter without a gradient is in tests/optim/optimizers_test.cpp.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>

#include "autograd/engine.h"
#include "autograd/ops.h"
#include "nn/losses.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::grad_of;
using test::in;
using test::leaf;

constexpr const char* kNoLeaf =
    "[backward] this result depends on no variable made with requires_grad; was it detached, or "
    "computed under NoGrad?";

TEST(Misuse, BackwardTwice) {
  const auto scope = in("encoder");
  const Variable y = exp(leaf(1));
  y.backward();
  EXPECT_EQ(error_of([&] { y.backward(); }),
            "[backward] the graph through this exp was freed by an earlier backward(); try "
            "backward({.retain_graph = true}) there, or compute the result again (in encoder)");
}

TEST(Misuse, BackwardOfSeveralElements) {
  EXPECT_EQ(error_of([] {
              exp(leaf({2, 2}, {1, 2, 3, 4})).backward();
            }),
            "[backward] got a result of shape (2, 2), expected one element; reduce it with sum() "
            "or mean(), or give the gradient to start from");
}

TEST(Misuse, SeedOfAnotherShape) {
  EXPECT_EQ(error_of([] {
              exp(leaf({2}, {1, 2})).backward(Tensor::ones({3}));
            }),
            "[backward] got a seed of shape (3,), expected the result's shape (2,)");
}

TEST(Misuse, ShapesThatDoNotFit) {
  const ModulePath* const head = ModulePath::root()->child("head");
  const Variable x(Tensor::ones({4, 3})), four(Tensor::ones({4}));
  EXPECT_EQ(error_of([&] { head->open([&] { return x + four; }); }),
            "[add] got shapes (4, 3) and (4,), expected sizes that are equal or 1 from the last "
            "dimension on; try reshape (in head)");
  EXPECT_EQ(error_of([&] { head->open([&] { return nn::mse(x, four); }); }),
            "[mse] got predictions (4, 3) and targets (4,), expected equal shapes; try reshape "
            "(in head)");
}

TEST(Misuse, ParametersChangedBetweenForwardAndBackward) {
  const auto scope = in("layer");
  Variable w = leaf({2}, {1, 2});
  const Variable loss = sum(w * w);
  w.mutable_value().mutable_data()[0] = 3;  // as optimizer.step() does
  EXPECT_EQ(error_of([&] { loss.backward(); }),
            "[mul] backward: a value of shape (2,) that backward needs was changed in place after "
            "it was used; run backward before the change, or change a clone() (in layer)");
}

TEST(Misuse, DetachedLoss) {
  const Variable x = leaf(1);
  EXPECT_EQ(error_of([&] { exp(x).detach().backward(); }), kNoLeaf);
  EXPECT_EQ(error_of([&] { Variable(exp(x).value()).backward(); }), kNoLeaf);
}

TEST(Misuse, LossComputedUnderNoGrad) {
  const Variable x = leaf(1);
  const Variable loss = [&] {
    const NoGrad no_grad;
    return exp(x);
  }();
  EXPECT_EQ(error_of([&] { loss.backward(); }), kNoLeaf);
}

TEST(Misuse, AllParametersFrozen) {
  const Variable frozen(Tensor::ones({2}));
  EXPECT_EQ(error_of([&] { sum(frozen * frozen).backward(); }), kNoLeaf);
}

TEST(Misuse, GradientOfAnIntermediate) {
  const auto scope = in("encoder");
  const Variable between = exp(leaf({2}, {1, 2}));
  sum(between).backward();
  EXPECT_EQ(error_of([&] { between.grad(); }),
            "[grad] got a result of shape (2,); only leaves keep their gradient: use grad(loss, "
            "x) (in encoder)");
}

TEST(Misuse, AVariableWithoutAValue) {
  EXPECT_EQ(error_of([] { exp(Variable()); }),
            "[exp] got a Variable without a value, expected one made from a Tensor");
  Variable x = leaf(1);
  const Variable y = std::move(x);
  EXPECT_EQ(error_of([&] { y + x; }),
            "[add] got a Variable without a value, expected one made from a Tensor");
}

// mutable_value() is for the elements: the tensor itself, and so its size, stays.
TEST(Misuse, AnotherTensorInPlaceOfAValue) {
  static_assert(!std::is_assignable_v<decltype(std::declval<Variable&>().mutable_value()), Tensor>);
}

TEST(Misuse, GradientBeforeBackward) {
  EXPECT_EQ(error_of([] {
              leaf({2}, {1, 2}).grad();
            }),
            "[grad] no gradient has reached this leaf of shape (2,); call backward() on a result "
            "that depends on it");
}

TEST(Misuse, GradientOfData) {
  const Variable data(Tensor::ones({2}));
  EXPECT_EQ(error_of([&] { data.grad(); }),
            "[grad] got a variable that needs no gradient; make it with requires_grad = true");
  EXPECT_EQ(error_of([&] { grad_of(sum(data * leaf(1)), data); }),
            "[grad] got an x of shape (2,) that was made without requires_grad");
  EXPECT_EQ(error_of([&] { data.on_gradient([](const Tensor&) {}); }),
            "[on_gradient] got a variable that needs no gradient; make it with requires_grad = "
            "true, or ask before it is detached and outside of NoGrad");
}

TEST(Misuse, ValueOfSeveralElements) {
  EXPECT_EQ(error_of([] {
              exp(leaf({2}, {1, 2})).item();
            }),
            "[item] got shape (2,), expected exactly one element");
}

TEST(Misuse, GraphOfAnotherThread) {
  const Variable x = leaf(2);
  Variable theirs;
  std::jthread([&] {
    const auto scope = in("worker");
    theirs = exp(x);
  }).join();
  const std::string text =
      "[backward] this exp was computed on another thread, and a graph belongs to the thread that "
      "builds it; call backward() there, or compute the result here (in worker)";
  EXPECT_EQ(error_of([&] { theirs.backward(); }), text);
  EXPECT_EQ(error_of([&] { (theirs * 2).backward(); }), text) << "also where it is a part";
  EXPECT_EQ(error_of([&] { grad_of(theirs, x); }), text);
  EXPECT_FALSE(x.has_grad());
}

// Models are made on one thread and trained on another.
TEST(Misuse, LeavesOfAnotherThreadAreNone) {
  const Variable x = leaf(2);
  std::jthread([&] { square(x).backward(); }).join();
  EXPECT_EQ(x.grad().item(), 4);
}

}  // namespace
}  // namespace gradus
