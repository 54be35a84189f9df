// What the table of operations (operations_test.cpp) does not say: comparison and
// errors. For values at the edges see binary_edges_test.cpp.
#include "autograd/arithmetic.h"

#include <gtest/gtest.h>

#include <vector>

#include "autograd/engine.h"
#include "autograd/reductions.h"
#include "tests/autograd/edges.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::kInf;
using test::kNan;
using test::values;
using Values = std::vector<Scalar>;

TEST(Arithmetic, TakesNumbersAsConstants) {
  const Variable x(Tensor::from({2}, {2, 4}), true);
  EXPECT_EQ(values((1 - x).value()), (Values{-1, -3}));
  EXPECT_EQ(values((x / 2).value()), (Values{1, 2}));
  EXPECT_EQ(values((8 / x + 3 * x).value()), (Values{10, 14}));
}

TEST(Arithmetic, NamesTheOperationWhoseShapesDoNotFit) {
  const Variable a(Tensor::ones({2, 3})), b(Tensor::ones({2}));
  const auto text = [](const char* name) {
    return std::string("[") + name +
           "] got shapes (2, 3) and (2,), expected sizes that are equal or 1 from the last "
           "dimension on; try reshape";
  };
  EXPECT_EQ(error_of([&] { a + b; }), text("add"));
  EXPECT_EQ(error_of([&] { a - b; }), text("sub"));
  EXPECT_EQ(error_of([&] { a* b; }), text("mul"));
  EXPECT_EQ(error_of([&] { a / b; }), text("div"));
  EXPECT_EQ(error_of([&] { return a > b; }), text("greater"));
  EXPECT_EQ(error_of([&] { return a < b; }), text("less"));
  EXPECT_EQ(error_of([&] { return a >= b; }), text("greater_equal"));
  EXPECT_EQ(error_of([&] { return a <= b; }), text("less_equal"));
  EXPECT_EQ(error_of([&] { return a == b; }), text("equal"));
  EXPECT_EQ(error_of([&] { return a != b; }), text("not_equal"));
  EXPECT_EQ(error_of([&] { where(a, a, b); }), text("where"));
  EXPECT_EQ(error_of([&] { where(a, b, 0); }), text("where"));
}

TEST(Comparison, IsOneWhereItHolds) {
  const Variable x(Tensor::from({6}, {-1, 0, 1, kInf, -kInf, kNan}), true);
  EXPECT_EQ(values((x > 0).value()), (Values{0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(values((x < 0).value()), (Values{1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(values((x >= 0).value()), (Values{0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(values((x <= 0).value()), (Values{1, 1, 0, 0, 1, 0}));
  EXPECT_EQ(values((x == 0).value()), (Values{0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(values((x != 0).value()), (Values{1, 0, 1, 1, 1, 1}));
  EXPECT_EQ(values((0 < x).value()), (Values{0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(values((x == x).value()), (Values{1, 1, 1, 1, 1, 0}));
}

TEST(Comparison, Broadcasts) {
  const Variable a(Tensor::from({2, 1}, {1, 2})), b(Tensor::from({2}, {1, 2}));
  EXPECT_EQ(values((a > b).value()), (Values{0, 0, 1, 0}));
  EXPECT_EQ(values((a <= b).value()), (Values{1, 1, 0, 1}));
}

TEST(Comparison, LetsNoGradientThrough) {
  const Variable x(Tensor::from({2}, {1, 2}), true);
  for (const Variable& y : {x > 0, x < 0, x >= 0, x <= 0, x == 0, x != 0}) {
    EXPECT_FALSE(y.requires_grad());
  }
}

TEST(WhereTest, ChoosesByAnythingThatIsNotZero) {
  const Variable condition(Tensor::from({5}, {0, Scalar(-0.0), 1, -3, kNan}));
  EXPECT_EQ(values(where(condition, 1, 2).value()), (Values{2, 2, 1, 1, 1}));
}

// 0 times a NaN is NaN: a choice must not be a product.
TEST(WhereTest, LetsNothingThroughFromTheOtherSide) {
  const Variable x(Tensor::from({2}, {-1, 4}), true);
  const Variable bad(Tensor::from({2}, {kNan, 1}), true);
  sum(where(x > 0, bad, 3 * x)).backward();
  EXPECT_EQ(values(bad.grad()), (Values{0, 1}));
  EXPECT_EQ(values(x.grad()), (Values{3, 0}));
  where(x > 0, Variable(Tensor::from({2}, {kNan, 5})), x).backward(Tensor::from({2}, {1, kNan}));
  EXPECT_EQ(values(x.grad()), (Values{4, 0})) << "nor from the other side's gradient";
}

TEST(WhereTest, GivesItsConditionTheGradientZero) {
  const Variable condition(Tensor::from({2, 1}, {0, 1}), true);
  const Variable a(Tensor::ones({3}), true);
  const Variable y = sum(where(condition, a, 2));
  const std::vector<Variable> g = grad(y, std::vector{condition, a});
  EXPECT_TRUE(test::same_bits(g[0].value(), Tensor::zeros({2, 1})));
  EXPECT_EQ(values(g[1].value()), (Values{1, 1, 1}));
  y.backward();
  EXPECT_TRUE(test::same_bits(condition.grad(), Tensor::zeros({2, 1})));
  EXPECT_EQ(values(a.grad()), (Values{1, 1, 1}));
}

}  // namespace
}  // namespace gradus
