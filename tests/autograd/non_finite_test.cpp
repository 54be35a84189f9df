#include "autograd/non_finite.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "autograd/operation.h"
#include "autograd/ops.h"
#include "tests/autograd/edges.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::grad_of;
using test::kInf;
using test::kNan;
using test::leaf;

TEST(StopAtNonFinite, NamesTheForwardThatMadeIt) {
  const StopAtNonFinite stop;
  const Variable x = leaf({2, 3}, {1, 2, 3, 4, 0, 5});
  EXPECT_EQ(error_of([&] { ModulePath::root()->child("decoder")->open([&] { return log(x); }); }),
            "[log] the output (2, 3) is -inf at (1, 1); input 0 (2, 3) is finite (in decoder)");
}

TEST(StopAtNonFinite, SaysWhichInputWasNotFinite) {
  const StopAtNonFinite stop;
  const Variable x = leaf({2}, {1, 2});
  EXPECT_EQ(error_of([&] {
              x + Variable(Tensor::from({2}, {0, kNan}));
            }),
            "[add] the output (2,) is nan at (1,); input 0 (2,) is finite, input 1 (2,) is nan at "
            "(1,)");
  EXPECT_EQ(error_of([&] { Variable(kInf) * Variable(2); }),
            "[mul] the output () is inf at (); input 0 () is inf at (), input 1 () is finite");
}

TEST(StopAtNonFinite, HoldsUnderNoGradToo) {
  const StopAtNonFinite stop;
  const NoGrad no_grad;
  EXPECT_EQ(error_of([&] { log(Variable(-1)); }),
            "[log] the output () is nan at (); input 0 () is finite");
}

TEST(StopAtNonFinite, NamesTheBackwardThatMadeIt) {
  const StopAtNonFinite stop;
  const Variable x = leaf({3}, {1, 0, 4});
  Variable y;
  {
    const ModulePath::Scope scope(ModulePath::root()->child("norm"));
    y = sqrt(2 * x);
  }
  y = sum(y);
  EXPECT_EQ(error_of([&] { y.backward({.retain_graph = true}); }),
            "[sqrt] backward: the gradient of input 0 (3,) is inf at (1,); that of the output (3,) "
            "is finite (in norm)");
  EXPECT_FALSE(x.has_grad());
  EXPECT_FALSE(y.has_grad()) << "the slots are clean";
  EXPECT_EQ(error_of([&] { grad_of(y, x); }),
            "[sqrt] backward: [div] the output (3,) is inf at (1,); input 0 () is finite, input 1 "
            "(3,) is finite (in norm)");
}

TEST(StopAtNonFinite, SaysWhetherTheGradientThatCameInWasFinite) {
  const StopAtNonFinite stop;
  const Variable x = leaf({2}, {1, 2});
  EXPECT_EQ(error_of([&] {
              (3 * x).backward(Tensor::from({2}, {0, kNan}));
            }),
            "[mul] backward: the gradient of input 1 (2,) is nan at (1,); that of the output (2,) "
            "is nan at (1,)");
}

// An operation need not give each input a gradient: what stands in its slot is of no pass.
struct FirstOf {
  static constexpr const char* kName = "first_of";
  Tensor forward(const Tensor& x, const Tensor&) { return x; }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill([&](Tensor& dx, Write write) { map(dx, write, std::identity(), dy); });
  }
  Variables rule(const Variable& dy, const Recall&) const { return {dy, 0 * dy}; }
};

TEST(StopAtNonFinite, PassesOverAnInputWithoutAGradient) {
  const StopAtNonFinite stop;
  Variable x = leaf({2}, {1, 2}), y = leaf({2}, {3, 4});
  y.node()->fill_slot([](Tensor& slot, Write) { slot.mutable_data()[0] = kNan; });
  y.zero_grad();  // its memory stays
  EXPECT_EQ(error_of([&] { apply(FirstOf{}, x, y).backward(Tensor::ones({2})); }), "(no error)");
  EXPECT_TRUE(x.has_grad());
  EXPECT_FALSE(y.has_grad());
}

TEST(StopAtNonFinite, LetsFiniteNumbersPassAndEndsWithItsScope) {
  const Variable x = leaf({2}, {0, 1});
  {
    const StopAtNonFinite stop;
    const Variable large(Tensor::full({2}, std::numeric_limits<Scalar>::max()));
    EXPECT_EQ(error_of([&] { sum(exp(x) * large / large).backward(); }),
              "[mul] the output (2,) is inf at (1,); input 0 (2,) is finite, input 1 (2,) is "
              "finite");
    EXPECT_EQ(error_of([&] { sum(exp(x) + 0 * large).backward(); }), "(no error)");
  }
  EXPECT_EQ(log(x).value().data()[0], -kInf);
}

}  // namespace
}  // namespace gradus
