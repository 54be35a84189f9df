// What the table of operations (operations_test.cpp) does not say: errors, and
// the same bits at any number of threads.
#include "autograd/dense.h"

#include <gtest/gtest.h>

#include <vector>

#include "autograd/arithmetic.h"
#include "autograd/matmul.h"
#include "tensor/random.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::same_bits;
using test::ThreadCount;
using test::values;
using Values = std::vector<Scalar>;

constexpr Activation kActivations[] = {Activation::linear, Activation::relu,    Activation::selu,
                                       Activation::elu,    Activation::sigmoid, Activation::tanh};

Tensor normal(const Shape& shape, std::uint64_t stream) {
  Tensor x = Tensor::uninitialized(shape);
  Generator(1, stream).fill_normal(x, 0, 1);
  return x;
}

TEST(DenseTest, IsProductPlusBiasThenActivation) {
  const Variable x(Tensor::from({2, 2}, {1, 2, 3, -4}));
  const Variable w(Tensor::from({2, 2}, {1, -1, 2, 0})), b(Tensor::from({2}, {10, 0}));
  EXPECT_EQ(values(dense(x, w, b, Activation::linear).value()), (Values{15, -1, 5, -3}));
  EXPECT_EQ(values(dense(x, w, b, Activation::relu).value()), (Values{15, 0, 5, 0}));
}

TEST(DenseTest, KeepsTheLeadingDimensions) {
  const Variable w(Tensor::ones({5, 7})), b(Tensor::ones({7}));
  for (const Shape& shape : {Shape{5}, Shape{3, 5}, Shape{2, 3, 5}, Shape{1, 2, 3, 4, 2, 5}}) {
    const Variable y = dense(Variable(Tensor::ones(shape)), w, b, Activation::linear);
    EXPECT_EQ(y.shape(), shape.with(shape.rank() - 1, 7));
    EXPECT_EQ(y.value().data().back(), 6);
  }
}

TEST(DenseTest, AgreesWithItsUnfusedParts) {
  for (const Activation activation : kActivations) {
    const Variable x(normal({40, 30}, 1), true), w(normal({30, 20}, 2)), b(normal({20}, 3));
    const Variable fused = dense(x, w, b, activation);
    const Variable parts = activate(matmul(x, w) + b, activation);
    for (std::size_t i = 0; i < fused.value().data().size(); ++i) {
      ASSERT_NEAR(fused.value().data()[i], parts.value().data()[i], 10 * test::kClose);
    }
  }
}

TEST(DenseTest, RefusesWhatDoesNotFit) {
  const auto of = [](const Shape& x, const Shape& w, const Shape& b) {
    return error_of([&] {
      dense(Variable(Tensor::ones(x)), Variable(Tensor::ones(w)), Variable(Tensor::ones(b)),
            Activation::linear);
    });
  };
  EXPECT_EQ(of({8, 28, 28}, {784, 10}, {10}),
            "[dense] got input (8, 28, 28), weight (784, 10) and bias (10,), expected (..., in), "
            "(in, out) and (out,); is a Flatten missing?");
  EXPECT_EQ(of({3}, {3, 2}, {2}), "(no error)");
  EXPECT_NE(of({}, {3, 2}, {2}), "(no error)");
  EXPECT_NE(of({3}, {3}, {3}), "(no error)");
  EXPECT_NE(of({3}, {3, 2}, {3}), "(no error)");
  EXPECT_NE(of({3}, {3, 2}, {1, 2}), "(no error)");
  EXPECT_NE(of({3}, {3, 2}, {2, 1}), "(no error)");
  EXPECT_NE(of({3}, {3, 2}, {}), "(no error)");
}

TEST(DenseTest, RefusesAnActivationThatIsNone) {
  EXPECT_EQ(error_of([] { activate(Variable(1), static_cast<Activation>(99)); }),
            "[activation] got number 99");
}

// 512 x 300 x 200 is 30 million multiply-adds, enough for seven tiles in each
// of the three products; the bias is summed over many rows.
TEST(DenseTest, GivesTheSameBitsAtAnyThreadCount) {
  const Tensor input = normal({512, 300}, 1), weight = normal({300, 200}, 2),
               bias = normal({200}, 3), seed = normal({512, 200}, 4);
  for (const Activation activation : kActivations) {
    std::vector<Tensor> first;
    for (const int threads : {1, 2, 4}) {
      const ThreadCount use(threads);
      const Variable x(input, true), w(weight, true), b(bias, true);
      const Variable y = dense(x, w, b, activation);
      y.backward(seed, {.retain_graph = true});
      y.backward(seed);  // and adding to what is there
      const std::vector<Tensor> results{y.value(), x.grad(), w.grad(), b.grad()};
      if (first.empty()) first = results;
      for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_TRUE(same_bits(results[i], first[i])) << threads << " threads, result " << i;
      }
    }
  }
}

}  // namespace
}  // namespace gradus
