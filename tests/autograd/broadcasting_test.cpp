// Broadcasting is undone on the way back, whatever the shapes.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "autograd/engine.h"
#include "autograd/ops.h"
#include "tests/autograd/array.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::Array;
using test::array_of;
using test::Indices;
using test::same_bits;
using test::summed_to;
using test::tabulate;

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

}  // namespace
}  // namespace gradus
