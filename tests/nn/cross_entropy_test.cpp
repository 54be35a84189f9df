// The losses of probabilities and classes, and huber, at their edges.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "autograd/engine.h"
#include "nn/losses.h"
#include "tensor/random.h"
#include "tests/support/expect.h"

namespace gradus::nn {
namespace {

using test::error_of;
using test::expect_near;
using test::kClose;

constexpr Scalar kInf = std::numeric_limits<Scalar>::infinity();
constexpr Scalar kNan = std::numeric_limits<Scalar>::quiet_NaN();

struct Worked {
  Variable x, t, loss;
  Tensor by_x, by_t;  ///< by rule
};

template <class Loss>
Worked worked(const Loss& loss, const Shape& shape, std::initializer_list<Scalar> x,
              std::initializer_list<Scalar> t) {
  Worked w{
      Variable(Tensor::from(shape, x), true), Variable(Tensor::from(shape, t), true), {}, {}, {}};
  w.loss = loss(w.x, w.t);
  const std::vector<Variable> by = grad(w.loss, std::array{w.x, w.t});
  w.by_x = by[0].value();
  w.by_t = by[1].value();
  w.loss.backward();
  return w;
}

// Probabilities 1/2 and 3/4, targets 1 and 0:  (-ln(1/2) - ln(1/4)) / 2;
//   by p, (-1 / (1/2)) / 2 = -1 and (1 / (1/4)) / 2 = 2;  by t, (ln(1-p) - ln p) / 2.
TEST(BinaryCrossEntropy, OfAHandWorkedExample) {
  const Worked w = worked(binary_cross_entropy, {2}, {Scalar(0.5), Scalar(0.75)}, {1, 0});
  EXPECT_NEAR(w.loss.item(), 1.5 * std::log(2.0), kClose);
  expect_near(w.x.grad(), {-1, 2});
  expect_near(w.t.grad(), {0, -std::log(3.0) / 2});
}

TEST(BinaryCrossEntropy, IsFiniteWhereTheModelIsSure) {
  const Worked right = worked(binary_cross_entropy, {2}, {0, 1}, {0, 1});
  EXPECT_EQ(right.loss.item(), 0);
  expect_near(right.x.grad(), {0.5, -0.5});
  expect_near(right.t.grad(), {50, -50});
  const Worked wrong = worked(binary_cross_entropy, {2}, {0, 1}, {1, 0});
  EXPECT_EQ(wrong.loss.item(), 100);
  for (const Tensor& slope : {wrong.x.grad(), wrong.by_x}) {
    EXPECT_NEAR(slope.data()[0] / -5e11, 1, kClose);
    EXPECT_NEAR(slope.data()[1] / 5e11, 1, kClose);
  }
  expect_near(wrong.by_t, {50, -50});
  // The second derivatives are no NaN, either.
  const Variable p(Tensor::from({2}, {0, 1}), true), t(Tensor::from({2}, {1, 0}), true);
  const std::vector<Variable> first = grad(binary_cross_entropy(p, t), std::array{p, t});
  const Tensor ones = Tensor::ones({2});
  for (const Variable& by : first) {
    for (const Variable& second : grad(by, std::array{p, t}, Variable(ones))) {
      for (const Scalar v : second.value().data()) EXPECT_TRUE(std::isfinite(v));
    }
  }
}

TEST(BinaryCrossEntropy, KeepsTheDigitsOfASmallProbability) {
  const auto p = Scalar(1e-9);
  const Worked w = worked(binary_cross_entropy, {1}, {p}, {0});
  EXPECT_NEAR(w.loss.item() / 1e-9, 1, test::kFloat ? 1e-6 : 1e-8);
}

TEST(BinaryCrossEntropy, OutsideOfZeroToOneIsNan) {
  for (const Scalar p : {Scalar(-0.1), Scalar(1.1), kNan, kInf}) {
    for (const Scalar t : {Scalar(0), Scalar(1)}) {
      EXPECT_TRUE(std::isnan(worked(binary_cross_entropy, {1}, {p}, {t}).loss.item())) << p;
    }
  }
}

TEST(BinaryCrossEntropy, RefusesShapesThatDiffer) {
  EXPECT_EQ(error_of([] {
              binary_cross_entropy(Variable(Tensor::ones({3, 2})), Variable(Tensor::ones({6})));
            }),
            "[binary_cross_entropy] got predictions (3, 2) and targets (6,), expected equal "
            "shapes; try reshape");
}

// Errors 1/2, -1, 3 and -4 with delta 2:  1/8 + 1/2 + 2 (3 - 1) + 2 (4 - 1), over 4.
TEST(HuberTest, OfAHandWorkedExample) {
  const auto loss = [](const Variable& x, const Variable& t) { return huber(x, t, 2); };
  const Worked w = worked(loss, {4}, {Scalar(1.5), 0, 3, 0}, {1, 1, 0, 4});
  EXPECT_NEAR(w.loss.item(), 10.625 / 4, kClose);
  expect_near(w.x.grad(), {0.125, -0.25, 0.5, -0.5});
  expect_near(w.t.grad(), {-0.125, 0.25, -0.5, 0.5});
}

TEST(HuberTest, AtTheEdges) {
  const auto loss = [](const Variable& x, const Variable& t) { return huber(x, t); };
  const Worked far = worked(loss, {2}, {kInf, std::numeric_limits<Scalar>::max()}, {0, 0});
  EXPECT_EQ(far.loss.item(), kInf);
  expect_near(far.x.grad(), {0.5, 0.5});
  const Worked bend = worked(loss, {3}, {1, -1, 0}, {0, 0, 0});
  EXPECT_NEAR(bend.loss.item(), 1.0 / 3, kClose);
  expect_near(bend.by_x, {1.0 / 3, -1.0 / 3, 0});
  EXPECT_TRUE(std::isnan(worked(loss, {1}, {kNan}, {0}).loss.item()));
  EXPECT_NEAR(huber(Variable(3), Variable(0), kInf).item(), 4.5, kClose);
}

TEST(HuberTest, RefusesADeltaThatIsNotPositive) {
  for (const Scalar delta : {Scalar(0), Scalar(-1), kNan}) {
    EXPECT_EQ(error_of([&] { huber(Variable(1), Variable(0), delta); }),
              fmt::format("[huber] got delta {}, expected more than 0", delta));
  }
}

// Logits 0, ln 2 and ln 5 are the probabilities 1/8, 2/8 and 5/8.
TEST(SoftmaxCrossEntropyTest, OfAHandWorkedExample) {
  const Scalar ln2 = Scalar(std::log(2.0)), ln5 = Scalar(std::log(5.0));
  const auto loss = [](const Variable& z, const Variable& t) {
    return softmax_cross_entropy(z, t);
  };
  const Worked w =
      worked(loss, {2, 3}, {0, ln2, ln5, 0, 0, 0}, {0, 1, 0, Scalar(0.5), Scalar(0.5), 0});
  EXPECT_NEAR(w.loss.item(), (std::log(4.0) + std::log(3.0)) / 2, kClose);
  expect_near(w.x.grad(), {0.0625, -0.375, 0.3125, -1.0 / 12, -1.0 / 12, 1.0 / 6});
  const double l3 = std::log(3.0) / 2;
  expect_near(w.t.grad(), {std::log(8.0) / 2, std::log(4.0) / 2, std::log(1.6) / 2, l3, l3, l3});
}

TEST(SoftmaxCrossEntropyTest, TakesClassNumbers) {
  const Tensor z = Tensor::from({2, 3}, {0, 1, 2, 5, 4, 3});
  const Variable a(z, true), b(z, true);
  const Variable one_hot(Tensor::from({2, 3}, {0, 0, 1, 0, 1, 0}));
  const std::vector<Index> classes{2, 1};
  const Variable by_numbers = softmax_cross_entropy(a, classes);
  const Variable by_rows = softmax_cross_entropy(b, one_hot);
  EXPECT_EQ(by_numbers.item(), by_rows.item());
  by_numbers.backward();
  by_rows.backward();
  EXPECT_TRUE(test::same_bits(a.grad(), b.grad()));
}

TEST(SoftmaxCrossEntropyTest, OfExtremeLogits) {
  const auto loss = [](const Variable& z, const Variable& t) {
    return softmax_cross_entropy(z, t);
  };
  const Worked w = worked(loss, {2, 2}, {10000, -10000, 10000, -10000}, {1, 0, 0, 1});
  EXPECT_EQ(w.loss.item(), 10000);
  expect_near(w.x.grad(), {0, 0, 0.5, -0.5});
  // A class that is ruled out costs nothing, and is not asked for.
  const Worked out = worked(loss, {1, 3}, {0, 0, -kInf}, {1, 0, 0});
  EXPECT_NEAR(out.loss.item(), std::log(2.0), kClose);
  expect_near(out.x.grad(), {-0.5, 0.5, 0});
  expect_near(out.by_x, {-0.5, 0.5, 0});
  EXPECT_EQ(out.t.grad().data()[2], kInf);
  EXPECT_EQ(worked(loss, {1, 2}, {0, -kInf}, {0, 1}).loss.item(), kInf);
  EXPECT_TRUE(std::isnan(worked(loss, {1, 2}, {0, kNan}, {1, 0}).loss.item()));
  EXPECT_TRUE(std::isnan(
      softmax_cross_entropy(Variable(Tensor::zeros({0, 3})), Variable(Tensor::zeros({0, 3})))
          .item()));
}

TEST(SoftmaxCrossEntropyTest, RefusesWhatDoesNotFit) {
  const Variable z(Tensor::zeros({2, 3})), row(Tensor::zeros({3}));
  EXPECT_EQ(error_of([&] {
              softmax_cross_entropy(z, Variable(Tensor::zeros({3, 2})));
            }),
            "[softmax_cross_entropy] got logits (2, 3) and targets (3, 2), expected equal shapes "
            "(n, classes)");
  EXPECT_NE(error_of([&] { softmax_cross_entropy(row, row); }), "(no error)");
  const auto with = [&](std::vector<Index> classes) {
    return error_of([&] { softmax_cross_entropy(z, classes); });
  };
  EXPECT_EQ(with({0}),
            "[softmax_cross_entropy] got logits (2, 3) and 1 classes, expected (n, classes) and n");
  EXPECT_EQ(error_of([&] {
              softmax_cross_entropy(row, std::vector<Index>{0, 1, 2});
            }),
            "[softmax_cross_entropy] got logits (3,) and 3 classes, expected (n, classes) and n");
  EXPECT_EQ(with({0, 3}), "[softmax_cross_entropy] got class 3 for sample 1, expected 0 to 2");
  EXPECT_EQ(with({-1, 0}), "[softmax_cross_entropy] got class -1 for sample 0, expected 0 to 2");
}

TEST(CrossEntropies, GiveTheSameBitsAtAnyThreadCount) {
  Tensor z = Tensor::uninitialized({5000, 11}), t = Tensor::uninitialized({5000, 11});
  Generator random(1);
  random.fill_uniform(z, Scalar(0.01), Scalar(0.99));
  random.fill_uniform(t, 0, 1);
  using Loss = Variable (*)(const Variable&, const Variable&);
  for (const Loss loss : {Loss(binary_cross_entropy), Loss(softmax_cross_entropy)}) {
    std::vector<Tensor> first;
    for (const int threads : {1, 2, 4}) {
      const test::ThreadCount use(threads);
      const Variable x(z, true), q(t, true);
      const Variable y = loss(x, q);
      y.backward({.retain_graph = true});
      y.backward();
      const std::vector<Tensor> results{y.value(), x.grad(), q.grad()};
      if (first.empty()) first = results;
      for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_TRUE(test::same_bits(results[i], first[i])) << threads << ", result " << i;
      }
    }
  }
}

}  // namespace
}  // namespace gradus::nn
