// What the table of operations (operations_test.cpp) does not say: errors,
// hand-worked examples, edge values, and the same bits at any number of threads.
#include "autograd/indexing.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "autograd/engine.h"
#include "tensor/random.h"
#include "tests/autograd/leaf.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::kSix;
using test::same_bits;
using test::ThreadCount;
using test::values;
using Values = std::vector<Scalar>;

TEST(SliceTest, CountsAsPython) {
  EXPECT_EQ(values(slice(kSix, 1, 1).value()), (Values{2, 3, 5, 6}));
  EXPECT_EQ(values(slice(kSix, 1, 0, -1).value()), (Values{1, 2, 4, 5}));
  EXPECT_EQ(values(slice(kSix, -1, -2, 3).value()), (Values{2, 3, 5, 6}));
  EXPECT_EQ(values(slice(kSix, 1, 0, kEnd, 2).value()), (Values{1, 3, 4, 6}));
  EXPECT_EQ(values(slice(kSix, 1, 1, 3, 100).value()), (Values{2, 5}));
  EXPECT_EQ(slice(kSix, 0, 2).shape(), (Shape{0, 3}));
  EXPECT_EQ(slice(kSix, 0, 1, 1).shape(), (Shape{0, 3}));
}

TEST(SliceTest, TakesStepsBeyondTheEnd) {
  const Variable x(Tensor::from({3, 2}, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(values(slice(x, 0, 1, kEnd, kEnd).value()), (Values{3, 4}));
  const Variable one(Tensor::from({1, 2}, {1, 2}));
  EXPECT_EQ(values(place(one, {3, 2}, 0, 2, kEnd).value()), (Values{0, 0, 0, 0, 1, 2}));
}

TEST(SliceTest, LeavesZerosBesideThePiece) {
  for (const Index step : {1, 2}) {
    const Variable x(kSix.value(), true);
    const Variable y = slice(x, 1, 1, 2, step);
    y.backward(Tensor::from({2, 1}, {7, 8}));
    EXPECT_EQ(values(x.grad()), (Values{0, 7, 0, 0, 8, 0}));
  }
  const Variable x(kSix.value(), true);
  slice(x, 1, 2, 2).backward(Tensor::zeros({2, 0}));
  EXPECT_EQ(values(x.grad()), (Values(6, 0)));
}

TEST(PlaceTest, IsTheReverse) {
  const Variable x(Tensor::from({2}, {7, 8}));
  EXPECT_EQ(values(place(x, {5}, 0, 1).value()), (Values{0, 7, 8, 0, 0}));
  EXPECT_EQ(values(place(x, {5}, -1, -4, 3).value()), (Values{0, 7, 0, 0, 8}));
  EXPECT_EQ(values(place(Variable(Tensor::zeros({0})), {2}, 0, 2).value()), (Values{0, 0}));
}

TEST(SliceAndPlaceTest, RefuseWhatIsNotThere) {
  EXPECT_EQ(error_of([] { slice(kSix, 2, 0); }),
            "[slice] got axis 2 for shape (2, 3), expected -2 to 1");
  EXPECT_EQ(error_of([] { slice(Variable(1), 0, 0); }),
            "[slice] got shape (), expected one dimension or more");
  EXPECT_EQ(error_of([] { slice(kSix, 1, 0, 4); }),
            "[slice] got 0 to 4 of dimension 1 of (2, 3), expected a range within 0 to 3");
  EXPECT_EQ(error_of([] { slice(kSix, 1, -4, 2); }),
            "[slice] got -4 to 2 of dimension 1 of (2, 3), expected a range within 0 to 3");
  EXPECT_EQ(error_of([] { slice(kSix, 1, 4); }),
            "[slice] got 4 to its end of dimension 1 of (2, 3), expected a range within 0 to 3");
  EXPECT_EQ(error_of([] { slice(kSix, 1, 2, 1); }),
            "[slice] got 2 to 1 of dimension 1 of (2, 3), expected a range within 0 to 3");
  EXPECT_EQ(error_of([] { slice(kSix, 1, 0, -4); }),
            "[slice] got 0 to -4 of dimension 1 of (2, 3), expected a range within 0 to 3");
  EXPECT_EQ(error_of([] { slice(kSix, 1, 0, 2, 0); }),
            "[slice] got a step of 0, expected 1 or more");
  EXPECT_EQ(error_of([] {
              place(kSix, {2, 5}, 1, 0, -1);
            }),
            "[place] got a step of -1, expected 1 or more");
  EXPECT_EQ(error_of([] {
              place(kSix, {3, 5}, 1, 0);
            }),
            "[place] got shape (2, 3) for (3, 5), expected equal sizes but for dimension 1");
  EXPECT_EQ(error_of([] { place(kSix, {5}, 0, 0); }),
            "[place] got shape (2, 3) for (5,), expected equal sizes but for dimension 0");
  const auto beyond = [](Index begin, Index step) {
    return error_of([&] { place(kSix, {2, 5}, 1, begin, step); });
  };
  EXPECT_EQ(beyond(3, 1),
            "[place] got 3 elements from 3 on in steps of 1, expected them within the 5 of (2, 5)");
  EXPECT_EQ(beyond(0, 2), "(no error)");
  for (const auto& [begin, step] : {std::pair{1, 2}, {5, 2}, {6, 1}, {-6, 1}, {0, 3}}) {
    EXPECT_NE(beyond(begin, step), "(no error)") << begin << ", " << step;
  }
  EXPECT_NE(error_of([] { place(Variable(Tensor::zeros({1})), {1}, 0, 1, 2); }), "(no error)");
}

TEST(GatherTest, PicksAlongTheAxis) {
  EXPECT_EQ(values(gather(kSix, 1, {{2, 1}, {2, 0}}).value()), (Values{3, 4}));
  EXPECT_EQ(values(gather(kSix, 0, {{1, 3}, {1, 0, 1}}).value()), (Values{4, 2, 6}));
  EXPECT_EQ(values(gather(kSix, -1, {{1, 4}, {0, 0, 2, 2}}).value()), (Values{1, 1, 3, 3}));
  EXPECT_EQ(gather(Variable(Tensor::zeros({0, 3})), 0, {{0, 3}, {}}).shape(), (Shape{0, 3}));
}

TEST(GatherTest, AddsUpWhatIsNamedTwice) {
  const Variable x(Tensor::zeros({3}), true);
  gather(x, 0, {{4}, {2, 0, 2, 2}}).backward(Tensor::from({4}, {1, 2, 3, 4}));
  EXPECT_EQ(values(x.grad()), (Values{2, 0, 8}));
}

TEST(ScatterAddTest, AddsToACopy) {
  const Variable source(Tensor::from({2, 2}, {1, 2, 3, 4}));
  const Variable y = scatter_add(kSix, 1, {{2, 2}, {0, 0, 1, 2}}, source);
  EXPECT_EQ(values(y.value()), (Values{4, 2, 3, 4, 8, 10}));
  EXPECT_EQ(values(kSix.value()), (Values{1, 2, 3, 4, 5, 6}));
}

TEST(GatherTest, RefusesWhatIsNotThere) {
  EXPECT_EQ(error_of([] {
              gather(kSix, 1, {{2, 2}, {0, 1, 2, 3}});
            }),
            "[gather] got index 3 at (1, 1), expected 0 to 2 for dimension 1 of (2, 3)");
  EXPECT_EQ(error_of([] {
              gather(kSix, 0, {{1, 3}, {0, -1, 2}});
            }),
            "[gather] got index -1 at (0, 1), expected 0 to 1 for dimension 0 of (2, 3)");
  EXPECT_EQ(error_of([] {
              gather(Variable(Tensor::zeros({0})), 0, {{1}, {0}});
            }),
            "[gather] got index 0 at (0,), expected none for dimension 0 of (0,)");
  EXPECT_EQ(error_of([] {
              gather(kSix, 1, {{2}, {0, 1}});
            }),
            "[gather] got an index of shape (2,) for (2, 3), expected its rank and no larger sizes "
            "but for dimension 1");
  EXPECT_EQ(error_of([] {
              gather(kSix, 1, {{3, 1}, {0, 1, 2}});
            }),
            "[gather] got an index of shape (3, 1) for (2, 3), expected its rank and no larger "
            "sizes but for dimension 1");
  EXPECT_EQ(error_of([] {
              gather(kSix, -3, {{2, 1}, {0, 1}});
            }),
            "[gather] got axis -3 for shape (2, 3), expected -2 to 1");
  EXPECT_EQ(error_of([] {
              scatter_add(kSix, 1, {{2, 1}, {0, 3}}, Variable(Tensor::ones({2, 1})));
            }),
            "[scatter_add] got index 3 at (1, 0), expected 0 to 2 for dimension 1 of (2, 3)");
  EXPECT_EQ(error_of([] {
              scatter_add(kSix, 1, {{2, 1}, {0, 1}}, Variable(Tensor::ones({2})));
            }),
            "[scatter_add] got a source of shape (2,) and an index of (2, 1), expected equal ones");
  EXPECT_EQ(error_of([] {
              Indices({2, 2}, {1, 2, 3});
            }),
            "[indices] got 3 values for shape (2, 2), expected 4");
}

TEST(IndicesTest, CopiesShareTheirElements) {
  const Indices index({2}, {0, 1});
  const Indices copy = index;
  EXPECT_EQ(copy.values().data(), index.values().data());
}

// No 0 x infinity: what a piece leaves out is 0, whatever stands there.
TEST(IndexingTest, CopiesEveryNumberAsItIs) {
  using Limits = std::numeric_limits<Scalar>;
  const Tensor edges = Tensor::from({5}, {Scalar(-0.0), Limits::denorm_min(), Limits::infinity(),
                                          Limits::quiet_NaN(), Limits::max()});
  const Variable x(edges, true);
  EXPECT_TRUE(same_bits(gather(x, 0, {{5}, {0, 1, 2, 3, 4}}).value(), edges));
  EXPECT_TRUE(same_bits(slice(x, 0, 0).value(), edges));
  EXPECT_TRUE(same_bits(place(x, {5}, 0, 0).value(), edges));
  slice(x, 0, 1, 3).backward(Tensor::from({2}, {Limits::infinity(), Limits::denorm_min()}));
  EXPECT_EQ(values(x.grad()), (Values{0, Limits::infinity(), Limits::denorm_min(), 0, 0}));
}

// 120 x 90 x 70 sums, several chunks along every axis; each element is named often.
TEST(GatherTest, GivesTheSameBitsAtAnyThreadCount) {
  Generator generator(1);
  for (const int axis : {0, 1, 2}) {
    const Shape shape = Shape{120, 90, 70}.with(axis, 500);
    std::vector<Index> named(static_cast<std::size_t>(shape.numel()));
    for (std::size_t i = 0; i < named.size(); ++i) named[i] = static_cast<Index>(i * i % 61);
    const Indices index(shape, named);
    Tensor x = Tensor::uninitialized({120, 90, 70}), seed = Tensor::uninitialized(shape);
    generator.fill_normal(x, 0, 1);
    generator.fill_normal(seed, 0, 1);
    std::vector<Tensor> first;
    for (const int threads : {1, 2, 4}) {
      const ThreadCount use(threads);
      const Variable leaf(x, true);
      const Variable y = gather(leaf, axis, index);
      y.backward(seed, {.retain_graph = true});
      y.backward(seed);  // and adding to what is there
      if (first.empty()) first = {y.value(), leaf.grad()};
      EXPECT_TRUE(same_bits(y.value(), first[0])) << threads << " threads, axis " << axis;
      EXPECT_TRUE(same_bits(leaf.grad(), first[1])) << threads << " threads, axis " << axis;
    }
  }
}

TEST(OneHotTest, HasAOneForEachClass) {
  const Tensor y = one_hot(std::array<Index, 3>{2, 0, 2}, 3);
  EXPECT_EQ(y.shape(), (Shape{3, 3}));
  EXPECT_EQ(values(y), (Values{0, 0, 1, 1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(one_hot({}, 3).shape(), (Shape{0, 3}));
}

TEST(OneHotTest, RefusesOtherClasses) {
  EXPECT_EQ(error_of([] {
              one_hot(std::array<Index, 2>{0, 3}, 3);
            }),
            "[one_hot] got class 3 for sample 1, expected 0 to 2");
  EXPECT_EQ(error_of([] { one_hot(std::array<Index, 1>{-1}, 3); }),
            "[one_hot] got class -1 for sample 0, expected 0 to 2");
  EXPECT_EQ(error_of([] { one_hot(std::array<Index, 1>{0}, 0); }),
            "[one_hot] got class 0 for sample 0, expected none");
}

}  // namespace
}  // namespace gradus
