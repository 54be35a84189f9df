#include "tensor/map.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::ThreadCount;
using test::values;
using Values = std::vector<Scalar>;

// 1, 2, 3, ... so that every element is known by its value.
Tensor counting(const Shape& shape, Scalar first = 1) {
  Tensor t = Tensor::uninitialized(shape);
  for (Scalar& v : t.mutable_data()) v = first++;
  return t;
}

// The element of `t` that stands under position `flat` of a tensor of shape
// `out`: indices from the last dimension on, 0 where `t` is stretched.
Scalar stretched(const Tensor& t, const Shape& out, Index flat) {
  Index offset = 0, step = 1;
  for (int i = 1; i <= out.rank(); ++i) {
    const Index index = flat % out[out.rank() - i];
    flat /= out[out.rank() - i];
    if (i > t.rank()) continue;
    const Index size = t.shape()[t.rank() - i];
    if (size != 1) offset += index * step;
    step *= size;
  }
  return t.data()[static_cast<std::size_t>(offset)];
}

// Every shape that stretches to `out`: dimensions left out in front, others 1.
std::vector<Shape> shapes_below(const Shape& out) {
  std::vector<Shape> shapes;
  for (int missing = 0; missing <= out.rank(); ++missing) {
    const int rank = out.rank() - missing;
    for (int ones = 0; ones < 1 << rank; ++ones) {
      std::vector<Index> sizes;
      for (int i = 0; i < rank; ++i) sizes.push_back(ones >> i & 1 ? 1 : out[missing + i]);
      shapes.emplace_back(std::span<const Index>(sizes));
    }
  }
  return shapes;
}

// a + 100 b, in whole numbers, so exactly; and out of order if an index is wrong.
void expect_map_of_two(const Shape& out, const Shape& a, const Shape& b) {
  const Tensor x = counting(a), y = counting(b, -3);
  const auto f = [](Scalar p, Scalar q) { return p + 100 * q; };
  Tensor written = Tensor::full(out, 12345), added = Tensor::full(out, 5);
  map(written, Write::overwrite, f, x, y);
  map(added, Write::add, f, x, y);
  for (Index i = 0; i < out.numel(); ++i) {
    const Scalar want = f(stretched(x, out, i), stretched(y, out, i));
    const auto at = static_cast<std::size_t>(i);
    ASSERT_EQ(written.data()[at], want) << a.str() << b.str() << out.str() << " at " << i;
    ASSERT_EQ(added.data()[at], want + 5) << a.str() << b.str() << out.str() << " at " << i;
  }
}

TEST(Map, AgreesWithNaiveIndicesForEveryPattern) {
  for (const Shape& out : {Shape{}, Shape{5}, Shape{3, 4}, Shape{2, 3, 4}, Shape{2, 1, 3, 2}}) {
    for (const Shape& a : shapes_below(out)) {
      for (const Shape& b : shapes_below(out)) expect_map_of_two(out, a, b);
    }
  }
}

TEST(Map, AgreesWithNaiveIndicesWhereTheWorkIsCut) {
  for (const int threads : {1, 3}) {
    const ThreadCount scope(threads);
    const Shape rows{300, 70}, planes{20, 50, 30};
    for (const Shape& a : shapes_below(rows)) expect_map_of_two(rows, a, rows);
    for (const Shape& a : shapes_below(planes)) expect_map_of_two(planes, a, {50, 1});
  }
}

TEST(Map, TakesAnyNumberOfInputs) {
  Tensor out = Tensor::zeros({2, 2});
  map(
      out, Write::overwrite, [](Scalar a) { return -a; }, Tensor::from({2}, {1, 2}));
  EXPECT_EQ(values(out), (Values{-1, -2, -1, -2}));
  map(
      out, Write::overwrite, [](Scalar a, Scalar b, Scalar c) { return a * b + c; },
      Tensor::from({2, 1}, {1, 2}), Tensor::from({2}, {10, 20}), Tensor::scalar(7));
  EXPECT_EQ(values(out), (Values{17, 27, 27, 47}));
}

TEST(Map, MayWriteOntoItsInput) {
  Tensor t = counting({10000});
  map(
      t, Write::overwrite, [](Scalar a) { return 2 * a; }, t);
  EXPECT_EQ(t.data()[9999], 20000);
}

TEST(Map, CountsAsOneWrite) {
  Tensor out = Tensor::uninitialized({3});
  map(
      out, Write::overwrite, [](Scalar a) { return a; }, Tensor::ones({3}));
  EXPECT_EQ(out.version(), 1u);
}

TEST(Map, OfNoElementsCallsNothing) {
  for (const Shape& out : {Shape{0}, Shape{0, 3}, Shape{3, 0}, Shape{2, 0, 4}}) {
    for (const Shape& a : shapes_below(out)) {
      Tensor t = Tensor::zeros(out);
      int calls = 0;
      map(
          t, Write::overwrite, [&](Scalar) { return Scalar(++calls); }, counting(a));
      EXPECT_EQ(calls, 0) << a.str() << " to " << out.str();
    }
  }
}

TEST(MapSum, AddsUpAFunctionOfTheElements) {
  const Tensor a = Tensor::from({2, 2}, {1, 2, 3, 4}), b = Tensor::from({2, 2}, {5, 6, 7, 8});
  EXPECT_EQ(map_sum([](Scalar x) { return x; }, a), 10);
  EXPECT_EQ(map_sum([](Scalar x, Scalar y) { return x * y; }, a, b), 70);
  EXPECT_EQ(map_sum([](Scalar x) { return x; }, Tensor::zeros({0, 3})), 0);
  EXPECT_EQ(map_sum([](Scalar x) { return x; }, Tensor::scalar(-2)), -2);
}

TEST(MapSum, CountsEveryElementOnceWhereverItEnds) {
  for (const Index n : {1, 63, 64, 65, 8191, 8192, 8193, 8192 * 3 + 64 + 1}) {
    EXPECT_EQ(map_sum([](Scalar x) { return x; }, Tensor::ones({n})), static_cast<double>(n));
  }
}

TEST(MapSum, TenMillionEqualNumbersKeepTheirDigits) {
  // A running float sum of 0.1 is 1,087,937 here, 8.8% too much. Sums of 64 are
  // off by at most 64 roundings of 2^-24, 3.8e-6, and do not get worse.
  const Tensor t = Tensor::full({10'000'000}, Scalar(0.1));
  const double want = 1e7 * static_cast<double>(Scalar(0.1));
  EXPECT_NEAR(map_sum([](Scalar x) { return x; }, t) / want, 1, test::kFloat ? 3.8e-6 : 1e-12);
}

TEST(MapSum, SameBitsOnAnyNumberOfThreads) {
  Tensor t = Tensor::uninitialized({100'001});
  Scalar v = 0;
  for (Scalar& e : t.mutable_data()) e = 1 / (v += Scalar(0.37));
  const auto sum = [&](int threads) {
    const ThreadCount scope(threads);
    return map_sum([](Scalar x) { return x; }, t);
  };
  const double one = sum(1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(sum(threads), one);
}

}  // namespace
}  // namespace gradus
