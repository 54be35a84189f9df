#include "tensor/reduce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::error_of;
using test::ThreadCount;
using test::values;
using Values = std::vector<Scalar>;

Shape reduced(const Shape& shape, std::vector<int> axes, bool keep_dims) {
  return reduced_shape("sum", shape, axes, keep_dims);
}

TEST(ReducedShape, TakesAxesAwayOrKeepsThemAsOne) {
  const Shape shape{2, 3, 5};
  EXPECT_EQ(reduced(shape, {1}, false), (Shape{2, 5}));
  EXPECT_EQ(reduced(shape, {1}, true), (Shape{2, 1, 5}));
  EXPECT_EQ(reduced(shape, {0, 2}, false), (Shape{3}));
  EXPECT_EQ(reduced(shape, {2, 0}, true), (Shape{1, 3, 1}));
  EXPECT_EQ(reduced(shape, {-1}, false), (Shape{2, 3}));
  EXPECT_EQ(reduced(shape, {-3}, true), (Shape{1, 3, 5}));
}

TEST(ReducedShape, NoAxesMeanAll) {
  EXPECT_EQ(reduced({2, 3}, {}, false), Shape());
  EXPECT_EQ(reduced({2, 3}, {}, true), (Shape{1, 1}));
  EXPECT_EQ(reduced({}, {}, false), Shape());
  EXPECT_EQ(reduced({2, 3}, {0, 1}, false), Shape());
}

TEST(ReducedShape, RefusesAxesThatAreNotThereOrTwice) {
  EXPECT_EQ(error_of([] {
              reduced({2, 3}, {2}, false);
            }),
            "[sum] got axis 2 for shape (2, 3), expected -2 to 1");
  EXPECT_EQ(error_of([] {
              reduced({2, 3}, {-3}, false);
            }),
            "[sum] got axis -3 for shape (2, 3), expected -2 to 1");
  EXPECT_EQ(error_of([] { reduced({2, 3}, {1, -1}, false); }), "[sum] got axis -1 twice");
  EXPECT_NE(error_of([] { reduced({}, {0}, false); }), "(no error)");
}

// Whole numbers, whose sums are exact in any order.
Tensor whole_numbers(const Shape& shape) {
  Tensor t = Tensor::uninitialized(shape);
  Index i = 0;
  for (Scalar& v : t.mutable_data()) v = static_cast<Scalar>(i++ * 7919 % 101 - 50);
  return t;
}

// The sum by walking over x and adding each element where it belongs.
Values naive_sum(const Shape& out, const Tensor& x) {
  Values sums(static_cast<std::size_t>(out.numel()), 0);
  for (Index flat = 0; flat < x.numel(); ++flat) {
    Index rest = flat, offset = 0, step = 1;
    for (int i = 1; i <= x.rank(); ++i) {
      const Index index = rest % x.shape()[x.rank() - i];
      rest /= x.shape()[x.rank() - i];
      if (i > out.rank()) continue;
      if (out[out.rank() - i] != 1) offset += index * step;
      step *= out[out.rank() - i];
    }
    sums[static_cast<std::size_t>(offset)] += x.data()[static_cast<std::size_t>(flat)];
  }
  return sums;
}

void expect_every_pattern(const Shape& shape) {
  const Tensor x = whole_numbers(shape);
  for (int missing = 0; missing <= shape.rank(); ++missing) {
    const int rank = shape.rank() - missing;
    for (int ones = 0; ones < 1 << rank; ++ones) {
      std::vector<Index> sizes;
      for (int i = 0; i < rank; ++i) sizes.push_back(ones >> i & 1 ? 1 : shape[missing + i]);
      const Shape out{std::span<const Index>(sizes)};
      const Values want = naive_sum(out, x);
      Tensor written = Tensor::full(out, 12345), added = Tensor::full(out, 3);
      sum_to(written, Write::overwrite, x);
      sum_to(added, Write::add, x);
      ASSERT_EQ(values(written), want) << shape.str() << " to " << out.str();
      for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_EQ(added.data()[i], want[i] + 3) << shape.str() << " to " << out.str();
      }
    }
  }
}

TEST(SumTo, AgreesWithTheNaiveLoopForEveryPattern) {
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{7}, Shape{3, 4}, Shape{1, 5}, Shape{2, 3, 4},
                             Shape{2, 1, 3}, Shape{3, 2, 4, 2}, Shape{2, 3, 1, 2, 3, 2}}) {
    expect_every_pattern(shape);
  }
}

TEST(SumTo, AgreesWithTheNaiveLoopWhereTheWorkIsCut) {
  for (const int threads : {1, 3}) {
    const ThreadCount scope(threads);
    expect_every_pattern({400, 130});  // more than two tiles of 64 columns
    expect_every_pattern({30, 40, 65});
  }
}

TEST(SumTo, OfNothingIsZero) {
  Tensor out = Tensor::full({3}, 9);
  sum_to(out, Write::overwrite, Tensor::zeros({0, 3}));
  EXPECT_EQ(values(out), (Values{0, 0, 0}));
  out = Tensor::full({3, 1}, 9);
  sum_to(out, Write::add, Tensor::zeros({3, 0}));
  EXPECT_EQ(values(out), (Values{9, 9, 9}));
  out = Tensor::full({}, 9);
  sum_to(out, Write::overwrite, Tensor::zeros({2, 0, 4}));
  EXPECT_EQ(out.item(), 0);
  Tensor none = Tensor::zeros({1, 0});
  sum_to(none, Write::overwrite, Tensor::zeros({3, 0}));
  EXPECT_EQ(none.numel(), 0);
}

TEST(SumTo, TenMillionEqualNumbersKeepTheirDigits) {
  constexpr Index n = 10'000'000;
  const Tensor t = Tensor::full({n}, Scalar(0.1));
  const double want = n * static_cast<double>(Scalar(0.1)), tolerance = test::kFloat ? 2e-7 : 1e-10;
  Tensor all = Tensor::zeros({});
  sum_to(all, Write::overwrite, t);
  EXPECT_NEAR(all.item() / want, 1, test::kFloat ? 3.8e-6 : 1e-12);  // as map_sum
  Tensor columns = Tensor::zeros({1, 4});
  sum_to(columns, Write::overwrite, t.reshape({n / 4, 4}));
  for (const Scalar column : columns.data()) EXPECT_NEAR(column / (want / 4), 1, tolerance);
  Tensor rows = Tensor::zeros({4, 1});
  sum_to(rows, Write::overwrite, t.reshape({4, n / 4}));
  for (const Scalar row : rows.data()) EXPECT_NEAR(row / (want / 4), 1, tolerance);
}

TEST(Extremes, OfWholeVectorsAndTheirRest) {
  const Tensor x = whole_numbers({3, 37, 70});
  const auto v = x.data();
  for (const Shape& to : {Shape{}, Shape{3, 37, 1}, Shape{3, 1, 70}, Shape{1, 37, 1}}) {
    Tensor most = Tensor::uninitialized(to), least = Tensor::uninitialized(to);
    max_to(most, x);
    min_to(least, x);
    for (Index i = 0; i < 3; ++i) {
      for (Index j = 0; j < 37; ++j) {
        for (Index k = 0; k < 70; ++k) {
          Index at = 0;
          for (int axis = 0; axis < to.rank(); ++axis) {
            at = at * to[axis] +
                 (to[axis] == 1 ? 0 : std::array{i, j, k}[static_cast<std::size_t>(axis)]);
          }
          const Scalar one = v[static_cast<std::size_t>((i * 37 + j) * 70 + k)];
          ASSERT_LE(one, most.data()[static_cast<std::size_t>(at)]) << to.str();
          ASSERT_GE(one, least.data()[static_cast<std::size_t>(at)]) << to.str();
        }
      }
    }
    EXPECT_EQ(std::ranges::max(most.data()), 50) << to.str();
  }
}

TEST(Extremes, KeepTheSignOfZero) {
  const Tensor x = Tensor::full({3, 2}, Scalar(-0.0));
  for (const Shape& to : {Shape{}, Shape{2}, Shape{3, 1}}) {
    Tensor most = Tensor::uninitialized(to), least = Tensor::uninitialized(to);
    max_to(most, x);
    min_to(least, x);
    for (const Scalar v : most.data()) EXPECT_TRUE(std::signbit(v)) << to.str();
    for (const Scalar v : least.data()) EXPECT_TRUE(std::signbit(v)) << to.str();
  }
}

TEST(Extremes, OfNothing) {
  Tensor out = Tensor::zeros({2});
  max_to(out, Tensor::zeros({0, 2}));
  EXPECT_EQ(out.data()[1], -std::numeric_limits<Scalar>::infinity());
  min_to(out, Tensor::zeros({0, 2}));
  EXPECT_EQ(out.data()[1], std::numeric_limits<Scalar>::infinity());
}

TEST(SumTo, SameBitsOnAnyNumberOfThreads) {
  Tensor x = Tensor::uninitialized({50, 30, 70});
  Scalar v = 0;
  for (Scalar& e : x.mutable_data()) e = 1 / (v += Scalar(0.37));
  for (const Shape& out :
       {Shape{}, Shape{70}, Shape{50, 1, 1}, Shape{1, 30, 1}, Shape{50, 1, 70}}) {
    const auto sum = [&](int threads) {
      const ThreadCount scope(threads);
      Tensor t = Tensor::ones(out);
      sum_to(t, Write::add, x);
      return t;
    };
    const Tensor one = sum(1);
    for (const int threads : {2, 3, 8}) EXPECT_TRUE(test::same_bits(sum(threads), one));
  }
}

}  // namespace
}  // namespace gradus
