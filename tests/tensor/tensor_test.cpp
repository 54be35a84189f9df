#include "tensor/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "tensor/pool.h"
#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::values;
using Values = std::vector<Scalar>;

TEST(Tensor, DefaultIsNoTensorAtAll) {
  const Tensor none;
  EXPECT_FALSE(none.defined());
  EXPECT_EQ(none.shape(), (Shape{0}));
  EXPECT_EQ(none.numel(), 0);
  EXPECT_TRUE(none.data().empty());
  EXPECT_TRUE(Tensor().mutable_data().empty());
  EXPECT_EQ(none.version(), 0u);
  EXPECT_FALSE(none.clone().defined());
  EXPECT_EQ(none.str(), "Tensor()");
  EXPECT_EQ(error_of([&] { none.item(); }), "[item] got shape (0,), expected exactly one element");
}

TEST(Tensor, IsMadeFilled) {
  EXPECT_EQ(values(Tensor::zeros({2, 2})), (Values{0, 0, 0, 0}));
  EXPECT_EQ(values(Tensor::ones({3})), (Values{1, 1, 1}));
  EXPECT_EQ(values(Tensor::full({2}, -2.5)), (Values{-2.5, -2.5}));
  EXPECT_EQ(Tensor::scalar(4).rank(), 0);
  EXPECT_EQ(Tensor::scalar(4).item(), 4);
  EXPECT_EQ(Tensor::full({1, 1, 1}, 5).item(), 5);
}

TEST(Tensor, IsMadeFromACopyOfValues) {
  Values source{1, 2, 3, 4, 5, 6};
  const Tensor t = Tensor::from({2, 3}, source);
  source[0] = 99;
  EXPECT_EQ(values(t), (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(error_of([] {
              Tensor::from({2, 2}, {1, 2, 3});
            }),
            "[tensor] got 3 values for shape (2, 2), expected 4");
}

TEST(Tensor, StartsOnACacheLine) {
  for (Index n = 1; n < 50; ++n) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(Tensor::zeros({n}).data().data()) % 64, 0u);
  }
}

TEST(Tensor, CopiesShareTheirElements) {
  Tensor a = Tensor::from({2}, {1, 2});
  const Tensor b = a;
  EXPECT_TRUE(a.shares_storage(b));
  a.mutable_data()[0] = 7;
  EXPECT_EQ(values(b), (Values{7, 2}));
}

TEST(Tensor, CloneCopiesThem) {
  Tensor a = Tensor::from({1, 2}, {1, 2});
  const Tensor b = a.clone();
  EXPECT_FALSE(a.shares_storage(b));
  EXPECT_EQ(b.shape(), a.shape());
  a.mutable_data()[0] = 7;
  EXPECT_EQ(values(b), (Values{1, 2}));
}

TEST(Tensor, CountsTheWritesToAStorageByAnyHandle) {
  Tensor a = Tensor::uninitialized({4});
  EXPECT_EQ(a.version(), 0u);
  Tensor copy = a, view = a.rows(1, 3), flat = a.reshape({2, 2});
  copy.mutable_data();
  EXPECT_EQ(a.version(), 1u);
  view.mutable_data();
  flat.mutable_data();
  EXPECT_EQ(a.version(), 3u);
  EXPECT_EQ(view.version(), 3u);
  (void)a.data();
  (void)a.clone();
  EXPECT_EQ(a.version(), 3u);  // reading is no write
  a.copy_from(Tensor::ones({4}));
  EXPECT_EQ(a.version(), 4u);
}

TEST(Tensor, GivesItsMemoryBackWithTheLastHandle) {
  const PoolStats start = pool_stats();
  {
    Tensor view;
    {
      const Tensor a = Tensor::ones({1000});
      view = a.rows(10, 20);
    }
    EXPECT_GE(pool_stats().live_bytes, start.live_bytes + 1000 * sizeof(Scalar));
    EXPECT_EQ(view.data()[9], 1);
  }
  EXPECT_EQ(pool_stats().live_bytes, start.live_bytes);
  EXPECT_EQ(pool_stats().live_blocks, start.live_blocks);
}

TEST(Tensor, ItemRefusesAllButOneElement) {
  EXPECT_EQ(error_of([] {
              Tensor::zeros({2, 1}).item();
            }),
            "[item] got shape (2, 1), expected exactly one element");
  EXPECT_NE(error_of([] { Tensor::zeros({0}).item(); }), "(no error)");
}

TEST(Tensor, ReshapeKeepsTheElementsInOrderAndShared) {
  const Tensor a = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = a.reshape({3, 2});
  EXPECT_EQ(b.shape(), (Shape{3, 2}));
  EXPECT_TRUE(b.shares_storage(a));
  EXPECT_EQ(values(b), values(a));
  EXPECT_EQ(Tensor::ones({1}).reshape({}).item(), 1);
  EXPECT_EQ(Tensor::ones({0, 3}).reshape({7, 0}).shape(), (Shape{7, 0}));
  EXPECT_EQ(error_of([&] { a.reshape({4}); }),
            "[reshape] got shape (4,) for the 6 elements of (2, 3), expected 6 elements");
}

TEST(Tensor, RowsAreAViewOfTheFirstDimension) {
  Tensor a = Tensor::from({3, 2}, {1, 2, 3, 4, 5, 6});
  Tensor middle = a.rows(1, 2);
  EXPECT_EQ(middle.shape(), (Shape{1, 2}));
  EXPECT_EQ(values(middle), (Values{3, 4}));
  middle.mutable_data()[0] = -3;
  EXPECT_EQ(a.data()[2], -3);
  EXPECT_EQ(values(a.rows(1, 3).rows(1, 2)), (Values{5, 6}));
  EXPECT_EQ(a.rows(0, 3).shape(), a.shape());
  EXPECT_EQ(a.rows(3, 3).shape(), (Shape{0, 2}));
}

TEST(Tensor, RowsRefusesWhatIsNotThere) {
  const Tensor a = Tensor::zeros({3, 2});
  EXPECT_EQ(error_of([&] { a.rows(2, 4); }),
            "[rows] got rows 2 to 4 of shape (3, 2), expected 0 <= begin <= end <= the first size");
  EXPECT_TRUE(error_of([&] { a.rows(-1, 2); }).starts_with("[rows] got rows -1 to 2"));
  EXPECT_TRUE(error_of([&] { a.rows(2, 1); }).starts_with("[rows] got rows 2 to 1"));
  EXPECT_NE(error_of([] { Tensor::scalar(1).rows(0, 1); }), "(no error)");
}

TEST(Tensor, GatherRowsCopiesInTheOrderAsked) {
  const Tensor a = Tensor::from({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor b = a.gather_rows(std::vector<Index>{2, 0, 2});
  EXPECT_EQ(b.shape(), (Shape{3, 2}));
  EXPECT_EQ(values(b), (Values{5, 6, 1, 2, 5, 6}));
  EXPECT_FALSE(b.shares_storage(a));
  EXPECT_EQ(a.gather_rows({}).shape(), (Shape{0, 2}));
  EXPECT_EQ(values(Tensor::from({3}, {7, 8, 9}).gather_rows(std::vector<Index>{1})), (Values{8}));
  EXPECT_EQ(Tensor::zeros({3, 0}).gather_rows(std::vector<Index>{1, 1}).shape(), (Shape{2, 0}));
}

TEST(Tensor, GatherRowsOfManyIsRightOnSeveralThreads) {
  constexpr Index kRows = 3000, kColumns = 17;
  Tensor a = Tensor::uninitialized({kRows, kColumns});
  Scalar next = 0;
  for (Scalar& v : a.mutable_data()) v = next++;
  std::vector<Index> order;
  for (Index i = 0; i < kRows; ++i) order.push_back(i * 7 % kRows);
  for (const int threads : {1, 3}) {
    const test::ThreadCount scope(threads);
    const Tensor b = a.gather_rows(order);
    for (Index i = 0; i < kRows; ++i) {
      for (Index j = 0; j < kColumns; ++j) {
        ASSERT_EQ(b.data()[static_cast<std::size_t>(i * kColumns + j)],
                  order[static_cast<std::size_t>(i)] * kColumns + j);
      }
    }
  }
}

TEST(Tensor, GatherRowsRefusesWhatIsNotThere) {
  const Tensor a = Tensor::zeros({3, 2});
  EXPECT_EQ(error_of([&] {
              a.gather_rows(std::vector<Index>{0, 3});
            }),
            "[gather_rows] got row 3 of shape (3, 2), expected 0 <= row < the first size");
  EXPECT_NE(error_of([&] { a.gather_rows(std::vector<Index>{-1}); }), "(no error)");
  EXPECT_EQ(error_of([] { Tensor::scalar(1).gather_rows({}); }),
            "[gather_rows] got a scalar, expected at least one dimension");
}

TEST(Tensor, CopyFromNeedsTheSameShape) {
  Tensor a = Tensor::zeros({2, 2});
  a.copy_from(Tensor::from({2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(values(a), (Values{1, 2, 3, 4}));
  EXPECT_EQ(error_of([&] { a.copy_from(Tensor::zeros({4})); }),
            "[copy_from] got shape (4,), expected (2, 2)");

  Tensor all = Tensor::from({4}, {1, 2, 3, 4});
  all.rows(1, 4).copy_from(all.rows(0, 3));
  EXPECT_EQ(all.str(), "[1 1 2 3]");
  all.rows(0, 3).copy_from(all.rows(1, 4));
  EXPECT_EQ(all.str(), "[1 2 3 3]");
  EXPECT_EQ(values(a), (Values{1, 2, 3, 4}));
}

TEST(Tensor, MayHaveNoElements) {
  Tensor a = Tensor::zeros({0, 5});
  EXPECT_TRUE(a.defined());
  EXPECT_EQ(a.numel(), 0);
  EXPECT_TRUE(a.mutable_data().empty());
  EXPECT_EQ(a.clone().shape(), (Shape{0, 5}));
  EXPECT_EQ(a.rows(0, 0).shape(), (Shape{0, 5}));
  EXPECT_EQ(Tensor::from({0}, {}).numel(), 0);
}

TEST(Tensor, RefusesMoreBytesThanCanBeCounted) {
  constexpr Index kMost = std::numeric_limits<Index>::max() / Index{sizeof(Scalar)};
  EXPECT_EQ(error_of([] { Tensor::uninitialized({kMost + 1}); }),
            fmt::format("[tensor] ({},) has more bytes than can be counted", kMost + 1));
  EXPECT_NE(error_of([] { Tensor::uninitialized({kMost}); }), "(no error)");  // the pool has none
}

TEST(Tensor, PrintsAsNumPyDoes) {
  EXPECT_EQ(Tensor::scalar(0.5).str(), "0.5");
  EXPECT_EQ(Tensor::from({3}, {1, -2, 0.25}).str(), "[1 -2 0.25]");
  EXPECT_EQ(Tensor::from({2, 2}, {1, 2, 3, 4}).str(), "[[1 2]\n [3 4]]");
  EXPECT_EQ(Tensor::zeros({65}).str(), "Tensor of shape (65,)");
  EXPECT_EQ(Tensor::zeros({1, 1, 2}).str(), "Tensor of shape (1, 1, 2)");
  EXPECT_EQ(Tensor::zeros({0}).str(), "[]");
  EXPECT_EQ(Tensor::zeros({0, 3}).str(), "[]");
  EXPECT_EQ(Tensor::zeros({2, 0}).str(), "[[]\n []]");
}

}  // namespace
}  // namespace gradus
