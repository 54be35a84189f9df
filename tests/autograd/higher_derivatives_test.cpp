// grad(): gradients as Variables, and the derivatives of those.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "autograd/engine.h"
#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "tensor/random.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::grad_of;
using test::kFloat;
using test::leaf;
using test::same_bits;
using test::values;
using Values = std::vector<Scalar>;

TEST(Grad, TouchesNoLeafAndKeepsTheGraph) {
  const Variable x = leaf(3);
  const Variable y = x * x;
  EXPECT_EQ(grad_of(y, x).item(), 6);
  EXPECT_EQ(grad_of(y, x).item(), 6);
  EXPECT_FALSE(x.has_grad());
  y.backward();
  EXPECT_EQ(x.grad().item(), 6);
}

TEST(Grad, OfAnUnrelatedVariableIsZero) {
  const Variable x = leaf(3), unrelated = leaf({2, 3}, {1, 2, 3, 4, 5, 6});
  const std::vector<Variable> g = grad(x * x, std::vector{unrelated, x});
  ASSERT_EQ(g.size(), 2u);
  EXPECT_TRUE(same_bits(g[0].value(), Tensor::zeros({2, 3})));
  EXPECT_FALSE(g[0].requires_grad());
  EXPECT_EQ(g[1].item(), 6);
}

TEST(Grad, RefusesAnXWithoutRequiresGrad) {
  const Variable x = leaf(3), data(Tensor::ones({2}));
  EXPECT_EQ(error_of([&] { grad_of(x * x, data); }),
            "[grad] got an x of shape (2,) that was made without requires_grad");
}

TEST(Grad, IsDefinedForResultsInBetweenAndForTheResultItself) {
  const Variable x = leaf(2);
  const Variable between = x * x, y = between * between;
  const std::vector<Variable> g = grad(y, std::vector{between, y, x});
  EXPECT_EQ(g[0].item(), 8);  // 2 x^2
  EXPECT_EQ(g[1].item(), 1);
  EXPECT_EQ(g[2].item(), 32);  // 4 x^3
}

TEST(Grad, OfNothingIsNothing) {
  const Variable x = leaf(2);
  EXPECT_TRUE(grad(x * x, {}).empty());
}

TEST(Grad, UnderNoGradIsAConstant) {
  const Variable x = leaf(3);
  const Variable y = x * x * x;
  const NoGrad no_grad;
  const Variable g = grad_of(y, x);
  EXPECT_EQ(g.item(), 27);
  EXPECT_FALSE(g.requires_grad());
}

TEST(Grad, DiffersByTheSeed) {
  const Variable x = leaf({2}, {1, 2});
  const Variable seed = leaf({2}, {10, 100});
  const Variable g = grad(square(x), std::span(&x, 1), seed)[0];
  EXPECT_EQ(values(g.value()), (Values{20, 400}));
  // It is linear in the seed: d (seed 2x) / d seed = 2x.
  EXPECT_EQ(values(grad_of(sum(g), seed).value()), (Values{2, 4}));
}

// f = x^T A x / 2 has the Hessian (A + A^T) / 2, at every x.
TEST(Grad, GivesTheHessianVectorProductOfAQuadratic) {
  const Index n = 7;
  Generator generator(3);
  Tensor a = Tensor::uninitialized({n, n}), at = Tensor::uninitialized({n, 1});
  Tensor v = Tensor::uninitialized({n, 1});
  generator.fill_normal(a, 0, 1);
  generator.fill_normal(at, 0, 1);
  generator.fill_normal(v, 0, 1);
  const Variable x(at, true);
  const Variable f = Scalar(0.5) * sum(matmul(matmul(x, Variable(a), {.transpose_a = true}), x));
  const Variable slope = sum(grad_of(f, x) * Variable(v));
  const Tensor product = grad_of(slope, x).value();
  for (Index i = 0; i < n; ++i) {
    double expected = 0;
    for (Index j = 0; j < n; ++j) {
      const auto at_ij = static_cast<std::size_t>(i * n + j);
      const auto at_ji = static_cast<std::size_t>(j * n + i);
      expected += (static_cast<double>(a.data()[at_ij]) + a.data()[at_ji]) / 2 *
                  v.data()[static_cast<std::size_t>(j)];
    }
    EXPECT_NEAR(product.data()[static_cast<std::size_t>(i)], expected, 10 * test::kClose);
  }
}

// From tanh' = 1 - t^2 with t = tanh x, each further derivative is that of the
// polynomial times 1 - t^2; the sixth is -272 t + 1232 t^3 - 1680 t^5 + 720 t^7.
TEST(Grad, GoesToTheSixthDerivativeOfTanh) {
  for (const double at : {-1.2, 0.0, 0.3, 0.8}) {
    const Variable x = leaf(static_cast<Scalar>(at));
    Variable y = tanh(x);
    for (int i = 0; i < 6; ++i) y = grad_of(y, x);
    const double t = std::tanh(at), t2 = t * t;
    EXPECT_NEAR(y.item(), t * (-272 + t2 * (1232 + t2 * (-1680 + t2 * 720))),
                kFloat ? 2e-3 : 1e-11);
  }
}

// y = sum (w x)^2 has dy/dx = 2 w^2 x; the penalty P = sum (dy/dx)^2 = sum 4 w^4 x^2
// has dP/dw = 16 w^3 x^2.
TEST(Grad, TrainsThroughAGradientPenalty) {
  const Variable w = leaf({3}, {1, -2, 3}), x = leaf({3}, {2, 1, -1});
  const Variable y = sum(square(w * x));
  const Variable penalty = sum(square(grad_of(y, x)));
  EXPECT_EQ(penalty.item(), 4 * (1 * 4 + 16 * 1 + 81 * 1));
  penalty.backward();
  EXPECT_EQ(values(w.grad()), (Values{16 * 4, -128, 432}));
}

TEST(Grad, TrainsThroughAGradientPenaltyOfANetwork) {
  const auto penalty = [](std::span<const Variable> p) {
    const Variable hidden = dense(p[0], p[1], p[2], Activation::tanh);
    const Variable y = sum(dense(hidden, p[3], p[4], Activation::sigmoid));
    const Variable norm = sqrt(sum(square(grad(y, p.first(1))[0]), {1}) + Scalar(0.1));
    return y + mean(square(norm - 1));
  };
  Generator generator(5);
  std::vector<Tensor> inputs;
  for (const Shape& shape : {Shape{4, 3}, Shape{3, 5}, Shape{5}, Shape{5, 2}, Shape{2}}) {
    generator.fill_normal(inputs.emplace_back(Tensor::uninitialized(shape)), 0, Scalar(0.7));
  }
  const GradcheckResult result =
      gradcheck(penalty, inputs,
                kFloat ? GradcheckOptions{.step = 1e-2, .tolerance = 1e-2} : GradcheckOptions{});
  EXPECT_TRUE(result.ok) << result.worst;
}

}  // namespace
}  // namespace gradus
