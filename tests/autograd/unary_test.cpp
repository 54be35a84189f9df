// The functions of one variable at the edges of their domain: what each gives
// there, and what its gradient is.
#include "autograd/unary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "autograd/engine.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::kFloat;

using Limits = std::numeric_limits<Scalar>;
constexpr Scalar kInf = Limits::infinity();
constexpr Scalar kNan = Limits::quiet_NaN();
constexpr Scalar kHuge = Limits::max() / 2;  // 1.7e38 in float
constexpr Scalar kTiny = Limits::min() / 2;  // a subnormal: 5.9e-39 in float
constexpr Scalar kZero = 0, kMinusZero = Scalar(-0.0);

// The scale of selu, and the scale times its alpha.
constexpr Scalar kS = Scalar(1.0507009873554805), kSA = Scalar(1.7580993408473766);

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
    {"log", log, {
        {1, 0, 1}, {kTiny, std::log(kTiny), 1 / kTiny}, {kHuge, std::log(kHuge), 1 / kHuge},
        // At 0 the slope has the sign of the zero; below, 1 / x goes on where log does not.
        {kZero, -kInf, kInf}, {kMinusZero, -kInf, -kInf}, {-1, kNan, -1}, {-kInf, kNan, 0},
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
    {"sigmoid", sigmoid, {
        {kZero, Scalar(0.5), Scalar(0.25)}, {kTiny, Scalar(0.5), Scalar(0.25)},
        {kHuge, 1, 0}, {-kHuge, 0, 0}, {kInf, 1, 0}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
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
        {kZero, Scalar(0.69314718055994531), Scalar(0.5)}, {kTiny, Scalar(0.69314718055994531), Scalar(0.5)},
        {kHuge, kHuge, 1}, {-kHuge, 0, 0}, {kInf, kInf, 1}, {-kInf, 0, 0}, {kNan, kNan, kNan}}},
    {"neg", [](const Variable& x) { return -x; }, {
        {kZero, kMinusZero, -1}, {kHuge, -kHuge, -1}, {kInf, -kInf, -1}, {kTiny, -kTiny, -1}, {kNan, kNan, -1}}},
};
// clang-format on

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

bool same(Scalar a, Scalar b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::abs(a - b) <= (kFloat ? Scalar(5e-7) : Scalar(1e-15)) * std::abs(b);
}

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

INSTANTIATE_TEST_SUITE_P(Table, UnaryEdges, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gradus
