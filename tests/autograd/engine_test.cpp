#include "autograd/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "autograd/gradcheck.h"
#include "autograd/operation.h"
#include "autograd/ops.h"
#include "tensor/random.h"
#include "tests/autograd/array.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::Array;
using test::array_of;
using test::error_of;
using test::expect_near;
using test::Indices;
using test::kFloat;
using test::same_bits;
using test::summed_to;
using test::tabulate;
using test::values;
using Values = std::vector<Scalar>;

Variable leaf(const Shape& shape, std::initializer_list<Scalar> elements) {
  return Variable(Tensor::from(shape, elements), true);
}
Variable leaf(Scalar value) { return Variable(Tensor::scalar(value), true); }

Variable grad_of(const Variable& y, const Variable& x) { return grad(y, std::span(&x, 1))[0]; }

ModulePath::Scope in(const char* name) {
  return ModulePath::Scope(ModulePath::root()->child(name));
}

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
  EXPECT_EQ(error_of([&] { y.backward(); }),
            "[backward] the graph through this exp was freed by an earlier backward(); try "
            "backward({.retain_graph = true}) there, or compute the result again");
  const std::string through_mul =
      "[backward] the graph through this mul was freed by an earlier backward() (in encoder); try "
      "backward({.retain_graph = true}) there, or compute the result again";
  EXPECT_EQ(error_of([&] { other.backward(); }), through_mul);
  EXPECT_EQ(error_of([&] { grad_of(other, x); }), through_mul);
  EXPECT_EQ(error_of([&] { exp(shared).backward(); }), through_mul);
  EXPECT_EQ(x.grad().item(), static_cast<Scalar>(std::exp(Scalar(4)) * 4)) << "nothing was added";
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

// ---------------------------------------------------------------- grad()

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
  const Variable data(Tensor::ones({2}));
  const std::vector<Variable> xs{unrelated, x, data};
  const std::vector<Variable> g = grad(x * x, xs);
  ASSERT_EQ(g.size(), 3u);
  EXPECT_TRUE(same_bits(g[0].value(), Tensor::zeros({2, 3})));
  EXPECT_FALSE(g[0].requires_grad());
  EXPECT_EQ(g[1].item(), 6);
  EXPECT_TRUE(same_bits(g[2].value(), Tensor::zeros({2})));
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

// ---------------------------------------------------------------- broadcasting

// Every shape that stretches to (2, 3, 4): some leading dimensions gone, any of
// the others 1. The gradient of a in sum(a b c) is b c, summed to a's shape.
TEST(Broadcasting, IsUndoneForEveryPairOfShapes) {
  std::vector<Shape> shapes;
  for (int rank = 0; rank <= 3; ++rank) {
    for (int ones = 0; ones < 1 << rank; ++ones) {
      Indices sizes;
      for (int axis = 3 - rank; axis < 3; ++axis) {
        sizes.push_back((ones >> (axis - 3 + rank)) & 1 ? 1 : axis + 2);
      }
      shapes.emplace_back(sizes);
    }
  }
  ASSERT_EQ(shapes.size(), 15u);
  const auto counting = [](const Shape& shape, Scalar first) {
    Tensor x = Tensor::uninitialized(shape);
    std::iota(x.mutable_data().begin(), x.mutable_data().end(), first);
    return x;
  };
  const Tensor weights = counting({2, 3, 4}, 1);
  for (const Shape& shape_a : shapes) {
    for (const Shape& shape_b : shapes) {
      const Variable a(counting(shape_a, 2), true), b(counting(shape_b, 5), true);
      const auto expected = [&](const Tensor& other, const Shape& shape) {
        const Array x = array_of(other), w = array_of(weights);
        return summed_to(tabulate({2, 3, 4}, [&](const Indices& i) { return x.at(i) * w.at(i); }),
                         test::sizes_of(shape));
      };
      const Variable y = a * b * Variable(weights);
      const std::vector<Variable> by_rule =
          grad(y, std::vector{a, b}, Variable(Tensor::ones({2, 3, 4})));
      y.backward(Tensor::ones({2, 3, 4}));
      const Array for_a = expected(b.value(), shape_a), for_b = expected(a.value(), shape_b);
      // Whole numbers below 2^24: exact in either build.
      EXPECT_EQ(array_of(a.grad()).values, for_a.values) << shape_a.str() << shape_b.str();
      EXPECT_EQ(array_of(b.grad()).values, for_b.values) << shape_a.str() << shape_b.str();
      EXPECT_EQ(array_of(by_rule[0].value()).values, for_a.values);
      EXPECT_EQ(array_of(by_rule[1].value()).values, for_b.values);
      EXPECT_EQ(a.grad().shape(), shape_a);
      EXPECT_EQ(by_rule[1].shape(), shape_b);
    }
  }
}

TEST(Broadcasting, IsUndoneInTheHighestRank) {
  const Variable a(Tensor::ones({1, 2, 1, 2, 1, 2}), true),
      b(Tensor::ones({3, 1, 3, 1, 3, 1}), true);
  sum(a * b).backward();
  EXPECT_TRUE(same_bits(a.grad(), Tensor::full({1, 2, 1, 2, 1, 2}, 27)));
  EXPECT_TRUE(same_bits(b.grad(), Tensor::full({3, 1, 3, 1, 3, 1}, 8)));
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
