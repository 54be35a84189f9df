// The functions of one variable at the edges of their domain: what each gives
// there, and what its gradient is.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "autograd/engine.h"
#include "autograd/ops.h"
#include "tests/autograd/edges.h"

namespace gradus {
namespace {

using namespace test;

// The scale of selu, and the scale times its alpha.
constexpr Scalar kS = Scalar(1.0507009873554805), kSA = Scalar(1.7580993408473766);

constexpr Scalar kLn2 = Scalar(0.69314718055994531);
// The density of the standard normal distribution at 0.
constexpr Scalar kDensity = Scalar(0.39894228040143268);

template <int n>
Variable power(const Variable& x) {
  return pow(x, n);
}

struct Edge {
  Scalar x, y, slope;
};

struct Row {
  std::string name;
  Variable (*function)(const Variable&);
  std::vector<Edge> edges;
};

// clang-format off
const std::vector<Row> kRows = {
    {"exp", exp, {
        {kZero, 1, 1}, {kMinusZero, 1, 1}, {kTiny, 1, 1}, {-kTiny, 1, 1},
        {kHuge, kInf, kInf}, {-kHuge, 0, 0}, {kInf, kInf, kInf}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"expm1", expm1, {
        {kZero, 0, 1}, {kMinusZero, 0, 1}, {kTiny, kTiny, 1}, {-kTiny, -kTiny, 1},
        {kHuge, kInf, kInf}, {-kHuge, -1, 0}, {kInf, kInf, kInf}, {-kInf, -1, 0}, {kNan, kNan, kNan}}},
    {"log", log, {
        {1, 0, 1}, {kTiny, std::log(kTiny), 1 / kTiny}, {kHuge, std::log(kHuge), 1 / kHuge},
        // At 0 the slope has the sign of the zero; below, 1 / x goes on where log does not.
        {kZero, -kInf, kInf}, {kMinusZero, -kInf, -kInf}, {-1, kNan, -1}, {-kInf, kNan, 0},
        {kInf, kInf, 0}, {kNan, kNan, kNan}}},
    {"log1p", log1p, {
        {kZero, 0, 1}, {kMinusZero, 0, 1}, {kTiny, kTiny, 1}, {-kTiny, -kTiny, 1},
        {kHuge, std::log(kHuge), 1 / kHuge}, {-1, -kInf, kInf}, {-2, kNan, -1}, {-kInf, kNan, 0},
        {kInf, kInf, 0}, {kNan, kNan, kNan}}},
    {"sqrt", sqrt, {
        {kTiny, std::sqrt(kTiny), Scalar(0.5) / std::sqrt(kTiny)},
        {kHuge, std::sqrt(kHuge), Scalar(0.5) / std::sqrt(kHuge)},
        {kZero, 0, kInf}, {kMinusZero, 0, -kInf}, {-1, kNan, kNan}, {-kInf, kNan, kNan},
        {kInf, kInf, 0}, {kNan, kNan, kNan}}},
    {"abs", abs, {
        {kZero, 0, 0}, {kMinusZero, 0, 0}, {kTiny, kTiny, 1}, {-kTiny, kTiny, -1},
        {kHuge, kHuge, 1}, {-kHuge, kHuge, -1}, {kInf, kInf, 1}, {-kInf, kInf, -1},
        {kNan, kNan, 0}}},  // a NaN is neither above nor below 0
    {"square", square, {
        {kZero, 0, 0}, {kTiny, 0, 2 * kTiny}, {-kTiny, 0, -2 * kTiny},
        {kHuge, kInf, 2 * kHuge}, {-kHuge, kInf, -2 * kHuge},
        {kInf, kInf, kInf}, {-kInf, kInf, -kInf}, {kNan, kNan, kNan}}},
    {"sign", sign, {
        {kZero, 0, 0}, {kMinusZero, 0, 0}, {kTiny, 1, 0}, {-kTiny, -1, 0}, {kHuge, 1, 0}, {-kHuge, -1, 0},
        {kInf, 1, 0}, {-kInf, -1, 0}, {kNan, kNan, 0}}},
    {"clip", [](const Variable& x) { return clip(x, -1, 2); }, {
        {-1, -1, 1}, {2, 2, 1}, {std::nextafter(Scalar(-1), -kInf), -1, 0}, {std::nextafter(Scalar(2), kInf), 2, 0},
        {kZero, 0, 1}, {kTiny, kTiny, 1}, {kHuge, 2, 0}, {-kHuge, -1, 0}, {kInf, 2, 0}, {-kInf, -1, 0}, {kNan, kNan, 0}}},
    {"clip_below", [](const Variable& x) { return clip(x, 0, {}); }, {
        {kZero, 0, 1}, {kMinusZero, 0, 1}, {kTiny, kTiny, 1}, {-kTiny, 0, 0}, {kHuge, kHuge, 1}, {-kHuge, 0, 0},
        {kInf, kInf, 1}, {-kInf, 0, 0}, {kNan, kNan, 0}}},
    {"clip_nowhere", [](const Variable& x) { return clip(x, -kInf, {}); }, {
        {kHuge, kHuge, 1}, {kInf, kInf, 1}, {-kInf, -kInf, 1}, {kNan, kNan, 0}}},
    {"sigmoid", sigmoid, {
        {kZero, Scalar(0.5), Scalar(0.25)}, {kMinusZero, Scalar(0.5), Scalar(0.25)}, {kTiny, Scalar(0.5), Scalar(0.25)},
        {-kTiny, Scalar(0.5), Scalar(0.25)}, {kHuge, 1, 0}, {-kHuge, 0, 0}, {kInf, 1, 0}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"tanh", tanh, {
        {kZero, 0, 1}, {kMinusZero, 0, 1}, {kTiny, kTiny, 1}, {-kTiny, -kTiny, 1},
        {kHuge, 1, 0}, {-kHuge, -1, 0}, {kInf, 1, 0}, {-kInf, -1, 0}, {kNan, kNan, kNan}}},
    {"relu", relu, {
        {kZero, 0, 0}, {kMinusZero, 0, 0}, {kTiny, kTiny, 1}, {-kTiny, 0, 0},
        {kHuge, kHuge, 1}, {-kHuge, 0, 0}, {kInf, kInf, 1}, {-kInf, 0, 0},
        {kNan, kNan, 0}}},  // a NaN is not above 0
    {"selu", selu, {
        {kZero, 0, kSA}, {kMinusZero, 0, kSA}, {kTiny, kS * kTiny, kS}, {-kTiny, -kSA * kTiny, kSA},
        {kHuge, kS * kHuge, kS}, {-kHuge, -kSA, 0}, {kInf, kInf, kS}, {-kInf, -kSA, 0},
        {kNan, kNan, kNan}}},
    {"elu", elu, {
        {kZero, 0, 1}, {kMinusZero, 0, 1}, {kTiny, kTiny, 1}, {-kTiny, -kTiny, 1},
        {kHuge, kHuge, 1}, {-kHuge, -1, 0}, {kInf, kInf, 1}, {-kInf, -1, 0}, {kNan, kNan, kNan}}},
    {"softplus", softplus, {
        {kZero, kLn2, Scalar(0.5)}, {kMinusZero, kLn2, Scalar(0.5)}, {kTiny, kLn2, Scalar(0.5)}, {-kTiny, kLn2, Scalar(0.5)},
        {kHuge, kHuge, 1}, {-kHuge, 0, 0}, {kInf, kInf, 1}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"leaky_relu", [](const Variable& x) { return leaky_relu(x, Scalar(0.25)); }, {
        {kZero, 0, Scalar(0.25)}, {kMinusZero, 0, Scalar(0.25)}, {kTiny, kTiny, 1}, {-kTiny, -kTiny / 4, Scalar(0.25)},
        {kHuge, kHuge, 1}, {-kHuge, -kHuge / 4, Scalar(0.25)}, {kInf, kInf, 1}, {-kInf, -kInf, Scalar(0.25)},
        {kNan, kNan, Scalar(0.25)}}},  // a NaN is not above 0
    {"leaky_relu_0", [](const Variable& x) { return leaky_relu(x, 0); }, {
        {kZero, 0, 0}, {-kHuge, 0, 0}, {kInf, kInf, 1}, {-kInf, 0, 0}, {kNan, kNan, 0}}},
    {"gelu", gelu, {
        {kZero, 0, Scalar(0.5)}, {kMinusZero, 0, Scalar(0.5)}, {kTiny, kTiny / 2, Scalar(0.5)}, {-kTiny, -kTiny / 2, Scalar(0.5)},
        {kHuge, kHuge, 1}, {-kHuge, 0, 0}, {kInf, kInf, 1}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"silu", silu, {
        {kZero, 0, Scalar(0.5)}, {kMinusZero, 0, Scalar(0.5)}, {kTiny, kTiny / 2, Scalar(0.5)}, {-kTiny, -kTiny / 2, Scalar(0.5)},
        {kHuge, kHuge, 1}, {-kHuge, 0, 0}, {kInf, kInf, 1}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"normal_cdf", normal_cdf, {
        {kZero, Scalar(0.5), kDensity}, {kMinusZero, Scalar(0.5), kDensity}, {kTiny, Scalar(0.5), kDensity},
        {kHuge, 1, 0}, {-kHuge, 0, 0}, {kInf, 1, 0}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"pow_to_0", power<0>, {
        {kZero, 1, 0}, {-2, 1, 0}, {kTiny, 1, 0}, {kHuge, 1, 0}, {kInf, 1, 0}, {-kInf, 1, 0}, {kNan, 1, 0}}},
    {"pow_to_1", power<1>, {
        {kZero, 0, 1}, {-2, -2, 1}, {kTiny, kTiny, 1}, {kHuge, kHuge, 1}, {kInf, kInf, 1}, {-kInf, -kInf, 1}, {kNan, kNan, 1}}},
    {"pow_to_3", power<3>, {
        {kZero, 0, 0}, {kMinusZero, 0, 0}, {-2, -8, 12}, {kTiny, 0, 0}, {kHuge, kInf, kInf}, {-kHuge, -kInf, kInf},
        {kInf, kInf, kInf}, {-kInf, -kInf, kInf}, {kNan, kNan, kNan}}},
    {"pow_to_minus_1", power<-1>, {
        {kZero, kInf, -kInf}, {kMinusZero, -kInf, -kInf}, {-2, Scalar(-0.5), Scalar(-0.25)}, {kHuge, 1 / kHuge, 0},
        {kInf, 0, 0}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"pow_to_a_half", [](const Variable& x) { return pow(x, Scalar(0.5)); }, {
        {kZero, 0, kInf}, {kMinusZero, 0, kInf}, {-1, kNan, kNan}, {-kTiny, kNan, kNan},
        {kTiny, std::sqrt(kTiny), Scalar(0.5) / std::sqrt(kTiny)}, {kHuge, std::sqrt(kHuge), Scalar(0.5) / std::sqrt(kHuge)},
        {kInf, kInf, 0}, {-kInf, kInf, 0}, {kNan, kNan, kNan}}},  // at -inf as C's pow
    {"pow_to_infinity", [](const Variable& x) { return pow(x, kInf); }, {
        {kZero, 0, 0}, {Scalar(0.5), 0, 0}, {2, kInf, kInf}, {kInf, kInf, kInf}, {kNan, kNan, kNan}}},
    {"neg", [](const Variable& x) { return -x; }, {
        {kZero, kMinusZero, -1}, {kHuge, -kHuge, -1}, {kInf, -kInf, -1}, {kTiny, -kTiny, -1}, {kNan, kNan, -1}}},
};
// clang-format on

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class UnaryEdges : public ::testing::TestWithParam<Row> {};

// 37 of each: whole vectors and a rest, which are different code.
TEST_P(UnaryEdges, AreAsDocumented) {
  for (const Edge& edge : GetParam().edges) {
    const Variable x(Tensor::full({37}, edge.x), true);
    const Variable y = GetParam().function(x);
    const Tensor seed = Tensor::ones({37});
    const Variable rule = grad(y, std::span(&x, 1), Variable(seed))[0];
    y.backward(seed);
    for (std::size_t i = 0; i < 37; ++i) {
      EXPECT_PRED2(same, y.value().data()[i], edge.y) << "at " << edge.x;
      EXPECT_PRED2(same, x.grad().data()[i], edge.slope) << "slope at " << edge.x;
      EXPECT_PRED2(same, rule.value().data()[i], edge.slope) << "slope by rule at " << edge.x;
      if (HasFailure()) return;
    }
  }
}

// Their slopes are products of x and what goes to 0 faster.
TEST(UnaryEdgesTest, SecondDerivativesAtInfinity) {
  for (const auto function : {gelu, silu, normal_cdf, sigmoid, tanh, softplus, selu, elu}) {
    for (const Scalar at : {kInf, -kInf, kHuge, -kHuge}) {
      const Variable x(Tensor::scalar(at), true);
      const Variable slope = grad(function(x), std::array{x})[0];
      EXPECT_EQ(grad(slope, std::array{x})[0].item(), 0) << "at " << at;
    }
  }
}

// Where a slope is 0, an infinite gradient from above becomes 0 and not NaN.
TEST(UnaryEdgesTest, ASlopeOfZeroTakesAnyGradient) {
  const Variable one(Tensor::ones({1, 1}), true), none(Tensor::zeros({1}), true);
  const std::vector<std::function<Variable(const Variable&)>> flat_at_minus_one{
      [](const Variable& x) { return relu(x); },
      [](const Variable& x) { return sign(x); },
      [](const Variable& x) { return clip(x, 0, 1); },
      [](const Variable& x) { return pow(x, Scalar(0)); },
      [&](const Variable& x) { return dense(x, one, none, Activation::relu); },
  };
  for (const auto& function : flat_at_minus_one) {
    const Variable x(Tensor::full({1, 1}, -1), true);
    const Variable y = function(x);
    const Tensor seed = Tensor::full({1, 1}, kInf);
    EXPECT_EQ(grad(y, std::span(&x, 1), Variable(seed))[0].item(), 0);
    y.backward(seed);
    EXPECT_EQ(x.grad().item(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, UnaryEdges, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gradus
