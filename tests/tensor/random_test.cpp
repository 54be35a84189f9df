#include "tensor/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>
#include <vector>

#include "tests/support/expect.h"

namespace gradus {
namespace {

using test::ThreadCount;
using test::values;
using Words = std::array<std::uint32_t, 4>;

// Philox4x32-10 once more, as the paper's section 3.4 writes it, to hold the
// library's against.
Words philox(Words counter, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key0, static_cast<std::uint32_t>(p1),
        static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key1, static_cast<std::uint32_t>(p0)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

Words next_group(Generator& random) {
  Words group;
  for (std::uint32_t& word : group) word = random.bits();
  return group;
}

// The known answers of the Random123 distribution, tests/kat_vectors.
TEST(Philox, ReferenceGivesTheKnownAnswers) {
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({0, 0, 0, 0}, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, kOnes, kOnes),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Generator, GivesTheFirstKnownAnswer) {
  Generator random(0);
  EXPECT_EQ(next_group(random), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(Generator, IsPhiloxOfCounterStreamAndSeed) {
  const std::uint64_t seed = 0x0123456789abcdef, stream = 0xfedcba9876543210;
  Generator random(seed, stream);
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(random.counter(), i);
    EXPECT_EQ(next_group(random), philox({i, 0, 0x76543210, 0xfedcba98}, 0x89abcdef, 0x01234567));
  }
  EXPECT_EQ(random.seed(), seed);
  EXPECT_EQ(random.stream(), stream);
}

TEST(Generator, StreamsAndSeedsDiffer) {
  std::set<Words> seen;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (std::uint64_t stream = 0; stream < 30; ++stream) {
      Generator random(seed, stream);
      seen.insert(next_group(random));
    }
  }
  EXPECT_EQ(seen.size(), 900u);
}

TEST(Generator, FillsWithTheBitsOfItsGroups) {
  // 24 of the 32 bits make a float, all of them a double.
  const auto unit = [](std::uint32_t bits) {
    return test::kFloat ? static_cast<Scalar>(bits >> 8) / Scalar(1 << 24)
                        : static_cast<Scalar>(bits / 4294967296.0);
  };
  Generator random(5, 6);
  Tensor t = Tensor::uninitialized({6});
  random.fill_uniform(t, 0, 1);
  const Words first = philox({0, 0, 6, 0}, 5, 0), second = philox({1, 0, 6, 0}, 5, 0);
  EXPECT_EQ(values(t), (std::vector<Scalar>{unit(first[0]), unit(first[1]), unit(first[2]),
                                            unit(first[3]), unit(second[0]), unit(second[1])}));
}

TEST(Generator, GoesOnAfterAFill) {
  Generator random(5);
  Tensor t = Tensor::uninitialized({6});
  random.fill_uniform(t, 0, 1);
  EXPECT_EQ(random.counter(), 2u);
  const Tensor before = t.clone();
  random.fill_uniform(t, 0, 1);
  EXPECT_EQ(random.counter(), 4u);
  EXPECT_FALSE(test::same_bits(t, before));
  random.fill_normal(t, 0, 1);
  EXPECT_EQ(random.counter(), 6u);
  EXPECT_EQ(next_group(random), philox({6, 0, 0, 0}, 5, 0));
}

TEST(Generator, SoughtGivesTheBitsOfOneThatRanThere) {
  Generator ran(3, 4), sought(3, 4);
  Tensor a = Tensor::uninitialized({9}), b = Tensor::uninitialized({9});
  ran.fill_normal(a, 0, 1);
  sought.bits();  // and three more left, which seek drops
  sought.seek(ran.counter());
  EXPECT_EQ(sought.counter(), ran.counter());
  for (int i = 0; i < 6; ++i) EXPECT_EQ(sought.bits(), ran.bits());
  ran.fill_normal(a, 0, 1);
  sought.fill_normal(b, 0, 1);
  EXPECT_TRUE(test::same_bits(a, b));
  // Back again, and beyond what a signed number holds.
  sought.seek(0);
  EXPECT_EQ(sought.bits(), Generator(3, 4).bits());
  sought.seek(0xfedcba9876543210u);
  EXPECT_EQ(sought.counter(), 0xfedcba9876543210u);
}

TEST(Generator, SameBitsOnAnyNumberOfThreads) {
  const auto draw = [](int threads) {
    const ThreadCount scope(threads);
    Generator random(42, 7);
    Tensor t = Tensor::uninitialized({2, 100003});  // no multiple of the chunk
    Tensor uniform = t.rows(0, 1), normal = t.rows(1, 2);
    random.fill_uniform(uniform, -1, 1);
    random.fill_normal(normal, 0, 1);
    return t;
  };
  const Tensor one = draw(1);
  EXPECT_TRUE(test::same_bits(one, draw(2)));
  EXPECT_TRUE(test::same_bits(one, draw(4)));
}

constexpr Index kDraws = 1'000'000;

// The mean of f over the elements.
template <class F>
double mean_of(const Tensor& t, const F& f) {
  double sum = 0;
  for (const Scalar v : t.data()) sum += f(static_cast<double>(v));
  return sum / static_cast<double>(t.numel());
}

// Numbers up to nine places apart, those of one group among them, do not go
// together. The mean of n products of two standardised numbers has a standard
// error of 1 / sqrt(n).
void expect_independent(const Tensor& t, double mean, double stddev) {
  const std::span<const Scalar> v = t.data();
  for (std::size_t lag = 1; lag < 10; ++lag) {
    double sum = 0;
    for (std::size_t i = lag; i < v.size(); ++i) sum += (v[i] - mean) * (v[i - lag] - mean);
    const auto n = static_cast<double>(v.size() - lag);
    EXPECT_NEAR(sum / n / (stddev * stddev), 0, 5 / std::sqrt(n)) << "lag " << lag;
  }
}

// Five standard errors, that is a chance of one in two million, were the seed
// not fixed.
TEST(Generator, UniformHasItsMoments) {
  Generator random(1);
  Tensor t = Tensor::uninitialized({kDraws});
  random.fill_uniform(t, -1, 3);
  const auto [low, high] = std::ranges::minmax(t.data());
  EXPECT_GE(low, -1);
  EXPECT_LT(low, -0.9999);
  EXPECT_LE(high, 3);
  EXPECT_GT(high, 2.9999);
  const double n = kDraws, variance = 16.0 / 12;
  EXPECT_NEAR(mean_of(t, [](double v) { return v; }), 1, 5 * std::sqrt(variance / n));
  // The kurtosis of a uniform number is 1.8.
  EXPECT_NEAR(mean_of(t, [](double v) { return (v - 1) * (v - 1); }), variance,
              5 * variance * std::sqrt(0.8 / n));
  expect_independent(t, 1, std::sqrt(variance));
}

TEST(Generator, NormalHasItsMoments) {
  Generator random(2);
  Tensor t = Tensor::uninitialized({kDraws});
  random.fill_normal(t, 3, 2);
  const double n = kDraws;
  const auto moment = [&](int power) {
    return mean_of(t, [&](double v) { return std::pow((v - 3) / 2, power); });
  };
  // Variances of x, x^2, x^3 and x^4 for a standard normal x: 1, 2, 15 and 96.
  EXPECT_NEAR(moment(1), 0, 5 * std::sqrt(1 / n));
  EXPECT_NEAR(moment(2), 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(moment(3), 0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(moment(4), 3, 5 * std::sqrt(96 / n));
  // 2 Phi(-2) = 0.0455 lie more than two standard deviations away.
  const double p = 0.04550026;
  EXPECT_NEAR(mean_of(t, [](double v) { return std::abs(v - 3) > 4 ? 1 : 0; }), p,
              5 * std::sqrt(p / n));
  expect_independent(t, 3, 2);
}

TEST(Generator, BelowStaysBelow) {
  Generator random(3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0);
  bool top = false;
  for (int i = 0; i < 1000; ++i) {
    const Index v = random.below(Index{1} << 32);
    ASSERT_GE(v, 0);
    ASSERT_LT(v, Index{1} << 32);
    top = top || v >= Index{1} << 31;
  }
  EXPECT_TRUE(top);
}

TEST(Generator, BelowIsUniform) {
  // Chi-square with 9 degrees of freedom: 27.9 is exceeded once in a thousand.
  Generator random(4);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100000; ++i) ++counts[static_cast<std::size_t>(random.below(10))];
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 10000.0) * (count - 10000.0) / 10000;
  EXPECT_LT(chi_square, 27.9);
}

TEST(Generator, BelowHasNoBiasWhereTheRangeDoesNotDivide) {
  // With n = 3/4 of 2^32, four numbers of 32 bits fall on three results. Were
  // none drawn again, half of all results would be multiples of 3. Chi-square
  // with 2 degrees of freedom: 13.8 is exceeded once in a thousand.
  Generator random(5);
  std::array<int, 3> counts{};
  for (int i = 0; i < 30000; ++i) {
    ++counts[static_cast<std::size_t>(random.below(Index{3} << 30) % 3)];
  }
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 10000.0) * (count - 10000.0) / 10000;
  EXPECT_LT(chi_square, 13.8);
}

TEST(Generator, PermutationHasEveryNumberOnce) {
  Generator random(6);
  for (const Index n : {0, 1, 2, 3, 100, 4097}) {
    std::vector<Index> order = random.permutation(n);
    ASSERT_EQ(order.size(), static_cast<std::size_t>(n));
    std::ranges::sort(order);
    for (Index i = 0; i < n; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
  }
  for (const Index n : {Index{-1}, (Index{1} << 32) + 1}) {
    EXPECT_THROW(random.permutation(n), Error);
  }
}

TEST(Generator, EveryPermutationIsAsLikely) {
  // Six orders of three; chi-square with 5 degrees of freedom: 20.5 is
  // exceeded once in a thousand.
  Generator random(7);
  std::array<int, 27> counts{};
  for (int i = 0; i < 60000; ++i) {
    const std::vector<Index> p = random.permutation(3);
    ++counts[static_cast<std::size_t>(p[0] * 9 + p[1] * 3 + p[2])];
  }
  double chi_square = 0;
  int orders = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    ++orders;
    chi_square += (count - 10000.0) * (count - 10000.0) / 10000;
  }
  EXPECT_EQ(orders, 6);
  EXPECT_LT(chi_square, 20.5);
}

TEST(Generator, PermutationDependsOnSeedAndStreamAlone) {
  EXPECT_EQ(Generator(1, 2).permutation(50), Generator(1, 2).permutation(50));
  EXPECT_NE(Generator(1, 2).permutation(50), Generator(1, 3).permutation(50));
  EXPECT_NE(Generator(1, 2).permutation(50), Generator(2, 2).permutation(50));
}

}  // namespace
}  // namespace gradus
