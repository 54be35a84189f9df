#include "autograd/variable.h"

#include <gtest/gtest.h>

#include <thread>

#include "autograd/ops.h"
#include "autograd/parameter.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::values;
using Values = std::vector<Scalar>;

TEST(Variable, DefaultHoldsNothing) {
  const Variable none;
  EXPECT_FALSE(none.value().defined());
  EXPECT_FALSE(none.requires_grad());
  EXPECT_FALSE(none.has_grad());
}

TEST(Variable, ANumberIsAConstantOfRankZero) {
  const Variable x = 3;
  EXPECT_EQ(x.shape(), Shape{});
  EXPECT_EQ(x.item(), 3);
  EXPECT_FALSE(x.requires_grad());
}

TEST(Variable, OnlyLeavesMadeSoNeedAGradient) {
  const Variable data(Tensor::ones({2})), parameter(Tensor::ones({2}), true);
  EXPECT_FALSE(data.requires_grad());
  EXPECT_TRUE(parameter.requires_grad());
  EXPECT_FALSE((data + data).requires_grad());
  EXPECT_TRUE((data + parameter).requires_grad());
  EXPECT_FALSE((parameter > 0).requires_grad());
  EXPECT_STREQ(parameter.node()->operation(), "leaf");
  EXPECT_STREQ((data + parameter).node()->operation(), "add");
}

TEST(Variable, CopiesShareValueAndGradient) {
  Variable x(Tensor::from({2}, {1, 2}), true);
  const Variable copy = x;
  sum(square(copy)).backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 4}));
  x.zero_grad();
  EXPECT_FALSE(copy.has_grad());
  x.mutable_value().mutable_data()[0] = 9;
  EXPECT_EQ(values(copy.value()), (Values{9, 2}));
}

TEST(Variable, DetachedSharesTheValueOnly) {
  const Variable x(Tensor::from({2}, {1, 2}), true);
  const Variable y = (2 * x).detach();
  EXPECT_EQ(values(y.value()), (Values{2, 4}));
  EXPECT_FALSE(y.requires_grad());
  EXPECT_TRUE(x.detach().value().shares_storage(x.value()));
  sum(x * y).backward();  // y is a constant here
  EXPECT_EQ(values(x.grad()), (Values{2, 4}));
}

TEST(Variable, SaysWhyThereIsNoGradient) {
  const Variable data(Tensor::ones({2})), x(Tensor::ones({2}), true);
  EXPECT_EQ(error_of([&] { data.grad(); }),
            "[grad] got a variable that needs no gradient; make it with requires_grad = true");
  EXPECT_EQ(error_of([&] { x.grad(); }),
            "[grad] no gradient has reached this leaf of shape (2,); call backward() on a result "
            "that depends on it");
  const ModulePath::Scope open(ModulePath::root()->child("encoder"));
  const Variable y = 2 * x;
  EXPECT_EQ(error_of([&] { y.grad(); }),
            "[grad] got a result of shape (2,); only leaves keep their gradient: use grad(loss, "
            "x) (in encoder)");
}

TEST(Variable, ZeroGradOfDataDoesNothing) {
  Variable data(Tensor::ones({2}));
  data.zero_grad();
  EXPECT_FALSE(data.has_grad());
}

TEST(NoGradScope, Nests) {
  const Variable x(Tensor::scalar(1), true);
  EXPECT_TRUE(grad_enabled());
  {
    const NoGrad outer;
    EXPECT_FALSE(grad_enabled());
    { const NoGrad inner; }
    EXPECT_FALSE(grad_enabled());
    EXPECT_FALSE(exp(x).requires_grad());
  }
  EXPECT_TRUE(grad_enabled());
  EXPECT_TRUE(exp(x).requires_grad());
}

TEST(NoGradScope, HoldsForItsThreadOnly) {
  const NoGrad no_grad;
  std::jthread([] { EXPECT_TRUE(grad_enabled()); });
  EXPECT_FALSE(grad_enabled());
}

// Where there is nothing to do, sum_to and broadcast_to hand their input on;
// its node must stay behind all the same.
TEST(NoGradScope, CutsOffResultsThatAreTheirInput) {
  const Variable x(Tensor::ones({1, 3}), true);
  EXPECT_TRUE(sum(x, {0}, true).requires_grad());
  EXPECT_TRUE(broadcast_to(x, {1, 3}).requires_grad());
  const NoGrad no_grad;
  EXPECT_FALSE(sum(x, {0}, true).requires_grad());
  EXPECT_FALSE(sum_to(x, {1, 3}).requires_grad());
  EXPECT_FALSE(broadcast_to(x, {1, 3}).requires_grad());
}

TEST(ParameterTest, IsCopiedDeeply) {
  Parameter original(Tensor::from({2}, {1, 2}));
  Parameter copy = original;
  EXPECT_TRUE(copy.requires_grad());
  EXPECT_FALSE(copy.value().shares_storage(original.value()));
  copy.mutable_value().mutable_data()[0] = 7;
  EXPECT_EQ(values(original.value()), (Values{1, 2}));
  sum(copy).backward();
  EXPECT_FALSE(original.has_grad());

  original = copy;
  EXPECT_EQ(values(original.value()), (Values{7, 2}));
  EXPECT_FALSE(copy.value().shares_storage(original.value()));
  EXPECT_FALSE(original.has_grad()) << "a gradient is not copied";
}

TEST(ParameterTest, MovesKeepTheElements) {
  Parameter original(Tensor::from({2}, {1, 2}));
  const Tensor elements = original.value();
  const Parameter moved = std::move(original);
  EXPECT_TRUE(moved.value().shares_storage(elements));
}

TEST(ParameterTest, FrozenNeedsNoGradient) {
  Parameter p(Tensor::from({2}, {1, 2}));
  const Tensor elements = p.value();
  sum(p).backward();
  p.set_trainable(true);  // as it is: the gradient stays
  EXPECT_TRUE(p.has_grad());
  p.set_trainable(false);
  EXPECT_FALSE(p.requires_grad());
  EXPECT_TRUE(p.value().shares_storage(elements));
  EXPECT_FALSE(Parameter(p).requires_grad()) << "a copy of a frozen one is frozen";
  EXPECT_FALSE(sum(p).requires_grad());
  p.set_trainable(true);
  EXPECT_TRUE(p.requires_grad());
  EXPECT_FALSE(p.has_grad());
}

}  // namespace
}  // namespace gradus
