// What the table of operations (operations_test.cpp) does not say: errors,
// every order of the dimensions, and the same bits at any number of threads.
#include "autograd/permute.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "autograd/engine.h"
#include "tensor/random.h"
#include "tests/autograd/array.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::array_of;
using test::error_of;
using test::kSix;
using test::same_bits;
using test::ThreadCount;
using test::values;
using Values = std::vector<Scalar>;

TEST(TransposeTest, SwapsRowsAndColumns) {
  const Variable y = transpose(kSix);
  EXPECT_EQ(y.shape(), (Shape{3, 2}));
  EXPECT_EQ(values(y.value()), (Values{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(values(transpose(kSix, 0, 1).value()), values(y.value()));
  EXPECT_EQ(values(transpose(kSix, -1, 1).value()), values(kSix.value()));
}

TEST(PermuteTest, TakesNegativeAxesAndRankZero) {
  EXPECT_EQ(values(permute(kSix, {-1, 0}).value()), (Values{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(permute(Variable(3), {}).item(), 3);
  EXPECT_EQ(permute(Variable(Tensor::zeros({0, 2, 3})), {2, 0, 1}).shape(), (Shape{3, 0, 2}));
}

// Sizes beyond a block of the kernel, in turn at each place.
TEST(PermuteTest, KnowsEveryOrderOfFourDimensions) {
  for (const Shape& shape : {Shape{70, 3, 1, 35}, Shape{2, 33, 40, 3}, Shape{1, 1200, 2, 4}}) {
    Tensor x = Tensor::uninitialized(shape);
    std::iota(x.mutable_data().begin(), x.mutable_data().end(), Scalar(0));
    std::vector<int> axes{0, 1, 2, 3};
    do {
      const Tensor y = permute(Variable(x), axes).value();
      const test::Array from = array_of(x), to = array_of(y);
      const test::Array want = test::tabulate(to.sizes, [&](const test::Indices& place) {
        test::Indices source(4);
        for (std::size_t i = 0; i < 4; ++i) source[static_cast<std::size_t>(axes[i])] = place[i];
        return from.at(source);
      });
      ASSERT_EQ(to.values, want.values) << shape.str() << " by " << testing::PrintToString(axes);
    } while (std::ranges::next_permutation(axes).found);
  }
}

TEST(PermuteTest, CopiesEveryNumberAsItIs) {
  using Limits = std::numeric_limits<Scalar>;
  const Tensor edges =
      Tensor::from({2, 3}, {Scalar(-0.0), Limits::denorm_min(), Limits::infinity(),
                            -Limits::infinity(), Limits::quiet_NaN(), Limits::max()});
  const Variable x(edges, true);
  const Variable y = transpose(x);
  EXPECT_TRUE(same_bits(transpose(y).value(), edges));
  y.backward(transpose(Variable(edges)).value());
  EXPECT_TRUE(same_bits(x.grad(), edges));
}

TEST(PermuteTest, GivesTheSameBitsAtAnyThreadCount) {
  Tensor x = Tensor::uninitialized({50, 40, 30});
  Generator(1).fill_normal(x, 0, 1);
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 4}) {
    const ThreadCount use(threads);
    const Variable leaf(x, true);
    const Variable y = permute(leaf, {2, 0, 1});
    y.backward(y.value(), {.retain_graph = true});
    y.backward(y.value());
    if (first.empty()) first = {y.value(), leaf.grad()};
    EXPECT_TRUE(same_bits(y.value(), first[0]));
    EXPECT_TRUE(same_bits(leaf.grad(), first[1]));
  }
}

TEST(PermuteTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of([] { transpose(Variable(1)); }),
            "[transpose] got shape (), expected a matrix; try transpose(x, axis_a, axis_b)");
  EXPECT_EQ(error_of([] { transpose(kSix, 0, 2); }),
            "[transpose] got axis 2 for shape (2, 3), expected -2 to 1");
  EXPECT_EQ(error_of([] { permute(kSix, {0}); }),
            "[permute] got axes (0) for shape (2, 3), expected each of its 2 dimensions once");
  EXPECT_EQ(error_of([] {
              permute(kSix, {1, -1});
            }),
            "[permute] got axes (1, -1) for shape (2, 3), expected each of its 2 dimensions once");
  EXPECT_EQ(error_of([] {
              permute(kSix, {0, 2});
            }),
            "[permute] got axes (0, 2) for shape (2, 3), expected each of its 2 dimensions once");
  EXPECT_EQ(error_of([] {
              permute(kSix, {-3, 0});
            }),
            "[permute] got axes (-3, 0) for shape (2, 3), expected each of its 2 dimensions once");
  EXPECT_NE(error_of([] { permute(kSix, {0, 1, 2, 3, 4, 5, 6}); }), "(no error)");
}

}  // namespace
}  // namespace gradus
