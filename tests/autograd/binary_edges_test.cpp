// The functions of two variables at the edges of their domain: what each gives
// there, and what its gradients are.
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "autograd/engine.h"
#include "autograd/ops.h"
#include "tests/autograd/edges.h"

namespace gradus::test {
namespace {

struct Edge {
  Scalar a, b, c, da, db;
};

struct Row {
  std::string name;
  Variable (*function)(const Variable&, const Variable&);
  std::vector<Edge> edges;
};

constexpr Scalar kHalf = Scalar(0.5);
const Scalar kLn2 = Scalar(0.69314718055994531);

// clang-format off
const std::vector<Row> kRows = {
    {"add", operator+, {
        {kInf, -kInf, kNan, 1, 1}, {kHuge, kInf, kInf, 1, 1}, {2 * kHuge, kHuge, kInf, 1, 1},
        {kTiny, -kTiny, 0, 1, 1}, {kNan, 1, kNan, 1, 1}, {1, kNan, kNan, 1, 1}}},
    {"sub", operator-, {
        {kInf, kInf, kNan, 1, -1}, {kHuge, kInf, -kInf, 1, -1}, {-2 * kHuge, kHuge, -kInf, 1, -1},
        {kTiny, kTiny, 0, 1, -1}, {kNan, 1, kNan, 1, -1}, {1, kNan, kNan, 1, -1}}},
    {"mul", operator*, {
        {kZero, 5, 0, 5, 0}, {kMinusZero, 5, 0, 5, 0}, {kInf, 0, kNan, 0, kInf}, {-kInf, 2, -kInf, 2, -kInf},
        {kHuge, kHuge, kInf, kHuge, kHuge}, {kTiny, kTiny, 0, kTiny, kTiny}, {kTiny, kHuge, kTiny * kHuge, kHuge, kTiny},
        {kNan, 2, kNan, 2, kNan}, {2, kNan, kNan, kNan, 2}}},
    {"div", operator/, {
        {1, 0, kInf, kInf, -kInf}, {-1, 0, -kInf, kInf, kInf}, {1, kMinusZero, -kInf, -kInf, -kInf},
        {0, 0, kNan, kInf, kNan}, {0, 5, 0, Scalar(0.2), 0}, {1, kInf, 0, 0, 0}, {1, -kInf, 0, 0, 0},
        {kInf, 2, kInf, kHalf, -kInf}, {kInf, kInf, kNan, 0, kNan}, {kInf, 0, kInf, kInf, -kInf},
        {kTiny, kHuge, 0, 1 / kHuge, 0}, {kHuge, kTiny, kInf, 1 / kTiny, -kInf},
        {kNan, 2, kNan, kHalf, kNan}, {2, kNan, kNan, kNan, kNan}}},
    {"pow", pow, {
        // Base 0: slopes are those of x^b at 0, and of 0^b, which is 0 wherever b > 0.
        {kZero, 0, 1, 0, 0}, {kMinusZero, 0, 1, 0, 0}, {kZero, 1, 0, 1, 0}, {kZero, 2, 0, 0, 0},
        {kMinusZero, 3, 0, 0, 0}, {kZero, kHalf, 0, kInf, 0}, {kZero, -1, kInf, -kInf, -kInf},
        {kMinusZero, -1, -kInf, -kInf, kInf}, {kZero, kInf, 0, 0, 0}, {kZero, kHuge, 0, 0, 0},
        // Negative bases: whole exponents only, hence no slope by the exponent.
        {-2, 3, -8, 12, kNan}, {-2, -1, -kHalf, Scalar(-0.25), kNan}, {-2, 0, 1, 0, kNan},
        {-1, 2, 1, -2, kNan}, {-2, kHalf, kNan, kNan, kNan}, {-kInf, 3, -kInf, kInf, kNan}, {-kInf, -1, 0, 0, kNan},
        // Ordinary bases.
        {2, 3, 8, 12, 8 * kLn2}, {2, 0, 1, 0, kLn2}, {2, -1, kHalf, Scalar(-0.25), kHalf * kLn2},
        {1, kHuge, 1, kHuge, 0}, {1, -kHuge, 1, -kHuge, 0}, {1, kInf, 1, 2 * kHuge, 0},
        // What goes to 0 or infinity.
        {2, kInf, kInf, kInf, kInf}, {2, -kInf, 0, 0, 0}, {2, kHuge, kInf, kInf, kInf}, {2, -kHuge, 0, 0, 0},
        {kHalf, kInf, 0, 0, 0}, {kHalf, -kInf, kInf, -kInf, -kInf}, {kTiny, 2, 0, 2 * kTiny, 0}, {kTiny, -2, kInf, -kInf, -kInf},
        {kHuge, 2, kInf, 2 * kHuge, kInf}, {kInf, 2, kInf, kInf, kInf}, {kInf, 1, kInf, 1, kInf},
        {kInf, kHalf, kInf, 0, kInf}, {kInf, 0, 1, 0, kInf}, {kInf, -1, 0, 0, 0}, {kInf, -kInf, 0, 0, 0},
        // NaN^0 is 1, and so is 1^NaN.
        {kNan, 2, kNan, kNan, kNan}, {kNan, 1, kNan, 1, kNan}, {kNan, 0, 1, 0, kNan}, {2, kNan, kNan, kNan, kNan}, {1, kNan, 1, kNan, 0}}},
    {"minimum", minimum, {
        {1, 2, 1, 1, 0}, {2, 1, 1, 0, 1}, {2, 2, 2, kHalf, kHalf}, {kZero, kMinusZero, 0, kHalf, kHalf},
        {kInf, kInf, kInf, kHalf, kHalf}, {-kInf, kInf, -kInf, 1, 0}, {kHuge, kInf, kHuge, 1, 0}, {kTiny, 0, 0, 0, 1},
        {kNan, 1, kNan, 0, 0}, {1, kNan, kNan, 0, 0}, {kNan, -kInf, kNan, 0, 0}, {-kInf, kNan, kNan, 0, 0}, {kNan, kNan, kNan, 0, 0}}},
    {"maximum", maximum, {
        {1, 2, 2, 0, 1}, {2, 1, 2, 1, 0}, {2, 2, 2, kHalf, kHalf}, {kZero, kMinusZero, 0, kHalf, kHalf},
        {-kInf, -kInf, -kInf, kHalf, kHalf}, {-kInf, kInf, kInf, 0, 1}, {kHuge, kInf, kInf, 0, 1}, {kTiny, 0, kTiny, 1, 0},
        {kNan, 1, kNan, 0, 0}, {1, kNan, kNan, 0, 0}, {kNan, kInf, kNan, 0, 0}, {kInf, kNan, kNan, 0, 0}, {kNan, kNan, kNan, 0, 0}}},
    {"where_true", [](const Variable& a, const Variable& b) { return where(1, a, b); }, {
        {1, kNan, 1, 1, 0}, {kInf, -kInf, kInf, 1, 0}, {kNan, 1, kNan, 1, 0}, {kTiny, 1, kTiny, 1, 0}}},
    {"where_false", [](const Variable& a, const Variable& b) { return where(kMinusZero, a, b); }, {
        {kNan, 1, 1, 0, 1}, {kInf, -kInf, -kInf, 0, 1}, {1, kNan, kNan, 0, 1}, {1, kTiny, kTiny, 0, 1}}},
};
// clang-format on

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class BinaryEdges : public ::testing::TestWithParam<Row> {};

// 37 of each: whole vectors and a rest, which are different code.
TEST_P(BinaryEdges, AreAsDocumented) {
  for (const Edge& edge : GetParam().edges) {
    const Variable a(Tensor::full({37}, edge.a), true), b(Tensor::full({37}, edge.b), true);
    const Variable c = GetParam().function(a, b);
    const Tensor seed = Tensor::ones({37});
    const std::vector<Variable> rule = grad(c, std::array{a, b}, Variable(seed));
    c.backward(seed);
    SCOPED_TRACE(fmt::format("at {} and {}", edge.a, edge.b));
    for (std::size_t i = 0; i < 37; ++i) {
      EXPECT_PRED2(same, c.value().data()[i], edge.c);
      EXPECT_PRED2(same, a.grad().data()[i], edge.da) << "by the first";
      EXPECT_PRED2(same, b.grad().data()[i], edge.db) << "by the second";
      EXPECT_PRED2(same, rule[0].value().data()[i], edge.da) << "by the first, rule";
      EXPECT_PRED2(same, rule[1].value().data()[i], edge.db) << "by the second, rule";
      if (HasFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, BinaryEdges, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

// x^n has the derivatives n x^(n-1), n (n-1) x^(n-2), ..., n!, 0, 0 at 0, too.
TEST(Power, HasAllDerivativesAtZero) {
  for (const bool by_number : {true, false}) {
    for (const int n : {1, 2, 3, 4}) {
      const Variable x(Tensor::scalar(0), true);
      Variable y =
          by_number ? pow(x, static_cast<Scalar>(n)) : pow(x, Variable(static_cast<Scalar>(n)));
      Scalar factorial = 1;
      for (int k = 1; k <= n + 2; ++k) {
        if (!y.requires_grad()) break;  // a constant, whose derivatives are 0
        y = grad(y, std::array{x})[0];
        factorial *= static_cast<Scalar>(k);
        EXPECT_EQ(y.item(), k == n ? factorial : 0) << "derivative " << k << " of x^" << n;
      }
    }
  }
}

TEST(Power, TakesNumbersOnEitherSide) {
  const Variable x(Tensor::from({2}, {2, 3}));
  EXPECT_EQ(values(pow(x, 3).value()), (std::vector<Scalar>{8, 27}));
  EXPECT_EQ(values(pow(2, x).value()), (std::vector<Scalar>{4, 8}));
  EXPECT_EQ(values(pow(x, x).value()), (std::vector<Scalar>{4, 27}));
}

TEST(Extrema, NameTheOperationWhoseShapesDoNotFit) {
  const Variable a(Tensor::ones({2, 3})), b(Tensor::ones({2}));
  const auto text = [](const char* name) {
    return std::string("[") + name +
           "] got shapes (2, 3) and (2,), expected sizes that are equal or 1 from the last "
           "dimension on; try reshape";
  };
  EXPECT_EQ(error_of([&] { minimum(a, b); }), text("minimum"));
  EXPECT_EQ(error_of([&] { maximum(a, b); }), text("maximum"));
  EXPECT_EQ(error_of([&] { pow(a, b); }), text("pow"));
}

TEST(Clip, RefusesBoundsThatHoldNothing) {
  const Variable x(Tensor::ones({2}));
  EXPECT_EQ(error_of([&] { clip(x, 2, 1); }),
            "[clip] got bounds 2 and 1, expected low <= high; try the other order");
  EXPECT_EQ(error_of([&] { clip(x, kNan, 1); }),
            "[clip] got bounds nan and 1, expected low <= high; try the other order");
  EXPECT_EQ(values(clip(x, 3, 3).value()), (std::vector<Scalar>{3, 3}));
}

// Nothing gets through the side that was not chosen, not even 0 times infinity.
TEST(Clip, IsNoProduct) {
  const Variable x(Tensor::from({3}, {-1, 2, 5}), true);
  const Tensor seed = Tensor::from({3}, {kInf, 1, kNan});
  clip(x, 0, 4).backward(seed);
  EXPECT_EQ(values(x.grad()), (std::vector<Scalar>{0, 1, 0}));
}

}  // namespace
}  // namespace gradus::test
