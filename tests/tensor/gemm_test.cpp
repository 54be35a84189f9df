#include "tensor/gemm.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include "tensor/blas.h"
#include "tensor/own_gemm.h"
#include "tensor/random.h"
#include "tests/support/expect.h"

namespace gradus {

#ifdef __x86_64__
decltype(own_gemm_tile) own_gemm_tile_avx2, own_gemm_tile_sse2;
decltype(own_gemm_description) own_gemm_description_avx2, own_gemm_description_sse2;
#endif

namespace {

using test::ThreadCount;
using Values = std::vector<Scalar>;

Values random_values(Generator& random, Index n) {
  Tensor values = Tensor::uninitialized({n});
  random.fill_uniform(values, -1, 1);
  return {values.data().begin(), values.data().end()};
}

// Element (i, j) of the matrix that a view means.
double element(const MatrixView& m, Index i, Index j) {
  return m.transposed ? m.data[j * m.stride + i] : m.data[i * m.stride + j];
}

// Holds (a b + beta c) against `got`, both m x n with rows `stride` apart. A sum
// of k products of numbers up to 1 is off by at most some k epsilon.
void expect_product(const MatrixView& a, const MatrixView& b, Scalar beta, const Values& before,
                    const Values& got, Index stride) {
  const double tolerance =
      static_cast<double>(a.columns + 2) * 2 * std::numeric_limits<Scalar>::epsilon();
  for (Index i = 0; i < a.rows; ++i) {
    for (Index j = 0; j < b.columns; ++j) {
      const auto at = static_cast<std::size_t>(i * stride + j);
      double sum = beta == 0 ? 0 : static_cast<double>(beta) * before[at];
      for (Index k = 0; k < a.columns; ++k) sum += element(a, i, k) * element(b, k, j);
      ASSERT_NEAR(got[at], sum, tolerance) << "(" << i << ", " << j << ")";
    }
  }
}

// Every test is run with each backend.
class Gemm : public testing::TestWithParam<GemmBackend> {
 protected:
  void SetUp() override { set_gemm_backend(GetParam()); }
  void TearDown() override { set_gemm_backend(GemmBackend::blas); }
};
class GemmTile : public Gemm {};

const auto kBackends = testing::Values(GemmBackend::blas, GemmBackend::own);
std::string name_of(const testing::TestParamInfo<GemmBackend>& backend) {
  return backend.param == GemmBackend::own ? "own" : "blas";
}
INSTANTIATE_TEST_SUITE_P(Backends, Gemm, kBackends, name_of);
INSTANTIATE_TEST_SUITE_P(Backends, GemmTile, kBackends, name_of);

TEST_P(Gemm, OfAHandWorkedExample) {
  const Values a{1, 2, 3, 4, 5, 6}, b{7, 8, 9, 10, 11, 12};
  Values c(4, -1);
  gemm({a.data(), 2, 3, 3}, {b.data(), 3, 2, 2}, 0, c.data());
  EXPECT_EQ(c, (Values{58, 64, 139, 154}));
  gemm({a.data(), 2, 3, 3}, {b.data(), 3, 2, 2}, 1, c.data());
  EXPECT_EQ(c, (Values{116, 128, 278, 308}));
  // a^T a, with the 2 x 3 matrix in memory
  Values square(9);
  gemm({a.data(), 3, 2, 3, true}, {a.data(), 2, 3, 3}, 0, square.data());
  EXPECT_EQ(square, (Values{17, 22, 27, 22, 29, 36, 27, 36, 45}));
}

TEST_P(Gemm, AgreesWithTheNaiveLoop) {
  Generator random(1);
  const auto size = [&] { return 1 + random.below(70); };
  for (int round = 0; round < 120; ++round) {
    // Some so high or so deep that the own kernel goes another way.
    const Index m = size() + (round % 16 == 5 ? 600 : 0), n = size();
    const Index k = size() + (round % 16 < 4 ? 1000 : 0);
    const bool ta = round & 1, tb = round & 2;
    const Scalar beta = round % 3 == 0 ? 0 : (round % 3 == 1 ? 1 : Scalar(-0.5));
    const Values a = random_values(random, m * k), b = random_values(random, k * n);
    const MatrixView va{a.data(), m, k, ta ? m : k, ta}, vb{b.data(), k, n, tb ? k : n, tb};
    const Values before = random_values(random, m * n);
    Values c = before;
    gemm(va, vb, beta, c.data());
    expect_product(va, vb, beta, before, c, n);
  }
}

TEST_P(Gemm, AgreesWithTheNaiveLoopWhereItIsCut) {
  const ThreadCount scope(2);
  Generator random(2);
  // Wide, high, and square enough for several tiles, the last of them smaller.
  for (const auto& [m, n, k] :
       {std::array<Index, 3>{700, 33, 500}, {33, 700, 500}, {300, 301, 200}}) {
    ASSERT_GT(tiling(m, n, k).count, 1);
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        const Values a = random_values(random, m * k), b = random_values(random, k * n);
        const MatrixView va{a.data(), m, k, ta ? m : k, ta}, vb{b.data(), k, n, tb ? k : n, tb};
        const Values before = random_values(random, m * n);
        Values c = before;
        gemm(va, vb, 1, c.data());
        expect_product(va, vb, 1, before, c, n);
      }
    }
  }
}

TEST_P(Gemm, SameBitsOnAnyNumberOfThreads) {
  Generator random(3);
  for (const auto& size :
       {std::array<Index, 3>{128, 784, 256}, {784, 256, 128}, {1000, 37, 300}, {5, 3, 2}}) {
    const Index m = size[0], n = size[1], k = size[2];
    const Values a = random_values(random, m * k), b = random_values(random, k * n);
    const auto product = [&](int threads) {
      const ThreadCount scope(threads);
      Values c(static_cast<std::size_t>(m * n), 1);
      gemm({a.data(), m, k, m, true}, {b.data(), k, n, n}, 1, c.data());
      return c;
    };
    const Values one = product(1);
    for (const int threads : {2, 3, 8}) EXPECT_EQ(product(threads), one) << threads;
  }
}

TEST_P(Gemm, BetaZeroOverwritesEvenNaN) {
  const Values a{2}, b{3};
  for (const Scalar garbage :
       {std::numeric_limits<Scalar>::quiet_NaN(), std::numeric_limits<Scalar>::infinity()}) {
    Scalar c = garbage;
    gemm({a.data(), 1, 1, 1}, {b.data(), 1, 1, 1}, 0, &c);
    EXPECT_EQ(c, 6);
    c = garbage;
    gemm({a.data(), 1, 0, 0}, {b.data(), 0, 1, 1}, 0, &c);
    EXPECT_EQ(c, 0);
  }
}

TEST_P(Gemm, BetaZeroOverwritesNaNInBlocksOfEveryShape) {
  constexpr Index m = 9, n = 100, k = 3;
  const Values a(m * k, 1), b(k * n, 1);
  Values c(m * n, std::numeric_limits<Scalar>::quiet_NaN());
  gemm({a.data(), m, k, k}, {b.data(), k, n, n}, 0, c.data());
  EXPECT_EQ(c, Values(m * n, k));
}

TEST_P(Gemm, OfDepthZeroIsBetaC) {
  Values c{1, 2, 3, 4, 5, 6};
  gemm({nullptr, 2, 0, 0}, {nullptr, 0, 3, 3}, Scalar(0.5), c.data());
  EXPECT_EQ(c, (Values{0.5, 1, 1.5, 2, 2.5, 3}));
  gemm({nullptr, 2, 0, 2, true}, {nullptr, 0, 3, 0, true}, 1, c.data());
  EXPECT_EQ(c, (Values{0.5, 1, 1.5, 2, 2.5, 3}));
  gemm({nullptr, 2, 0, 0}, {nullptr, 0, 3, 3}, 0, c.data());
  EXPECT_EQ(c, Values(6, 0));
}

TEST_P(Gemm, WithoutRowsOrColumnsTouchesNothing) {
  const Values one{1, 1, 1};
  Scalar c = 7;
  int tiles = 0;
  const auto count = [&](const Tile&) { ++tiles; };
  gemm({one.data(), 0, 3, 3}, {one.data(), 3, 1, 1}, 0, &c, count);
  gemm({one.data(), 1, 3, 3}, {one.data(), 3, 0, 0}, 0, &c, count);
  gemm({nullptr, 0, 0, 0}, {nullptr, 0, 0, 0}, 0, &c, count);
  EXPECT_EQ(c, 7);
  EXPECT_EQ(tiles, 0);
}

TEST_P(Gemm, CallsFinishOnceForEachElementAfterItsProduct) {
  const ThreadCount scope(3);
  constexpr Index m = 400, n = 300, k = 300;
  ASSERT_GT(tiling(m, n, k).count, 2);
  const Values a(m * k, 1), b(k * n, 1);
  Values c(m * n, -1);
  gemm({a.data(), m, k, k}, {b.data(), k, n, n}, 0, c.data(), [&](const Tile& tile) {
    for (Index i = tile.row_begin; i < tile.row_end; ++i) {
      for (Index j = tile.column_begin; j < tile.column_end; ++j) {
        c[static_cast<std::size_t>(i * n + j)] += 1;
      }
    }
  });
  EXPECT_EQ(c, Values(m * n, k + 1));
}

TEST_P(GemmTile, ComputesItsPartOfStridedMatricesAndNothingElse) {
  Generator random(4);
  constexpr Index m = 9, n = 11, k = 7, stride_c = 13;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const Index stride_a = (ta ? m : k) + 3, stride_b = (tb ? k : n) + 5;
      const Values a = random_values(random, 20 * stride_a),
                   b = random_values(random, 20 * stride_b);
      const MatrixView va{a.data(), m, k, stride_a, ta}, vb{b.data(), k, n, stride_b, tb};
      const Values before = random_values(random, m * stride_c);
      Values whole = before, part = before;
      gemm_tile(va, vb, Scalar(0.5), whole.data(), stride_c, {0, m, 0, n});
      expect_product(va, vb, Scalar(0.5), before, whole, stride_c);
      const Tile tile{2, 6, 3, 10};
      gemm_tile(va, vb, Scalar(0.5), part.data(), stride_c, tile);
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j < stride_c; ++j) {
          const auto at = static_cast<std::size_t>(i * stride_c + j);
          const bool inside = i >= tile.row_begin && i < tile.row_end && j >= tile.column_begin &&
                              j < tile.column_end;
          if (inside) {
            ASSERT_NEAR(part[at], whole[at], 1e-5);
          } else {
            ASSERT_EQ(part[at], before[at]);
          }
          if (j >= n) {
            ASSERT_EQ(whole[at], before[at]);  // the gap between rows
          }
        }
      }
    }
  }
}

// A product by the own kernel with vectors of some length.
struct Kernel {
  decltype(&own_gemm_tile) multiply;
  std::string description;
  bool has_fma;  // else it rounds once more
};
std::vector<Kernel> kernels() {
#ifdef __FMA__
  constexpr bool kFma = true;
#else
  constexpr bool kFma = false;
#endif
  std::vector<Kernel> all{{own_gemm_tile, own_gemm_description(), kFma}};
#ifdef __x86_64__
  all.push_back({own_gemm_tile_sse2, own_gemm_description_sse2(), false});
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    all.push_back({own_gemm_tile_avx2, own_gemm_description_avx2(), true});
  }
#endif
  return all;
}

// Cut anywhere, not only where tiling() would: the kernel meets every mix of whole and
// broken blocks.
TEST(OwnGemmTile, SameBitsWhateverTheTileAndTheVectors) {
  Generator random(5);
  for (int round = 0; round < 40; ++round) {
    const Index m = 1 + random.below(90), n = 1 + random.below(150), k = 1 + random.below(700);
    const bool ta = round & 1, tb = round & 2;
    const Scalar beta = (round & 4) != 0 ? Scalar(1) : Scalar(0);
    const Values a = random_values(random, m * k), b = random_values(random, k * n);
    const MatrixView va{a.data(), m, k, ta ? m : k, ta}, vb{b.data(), k, n, tb ? k : n, tb};
    const Values before = random_values(random, m * n);
    const Index i = random.below(m), j = random.below(n);
    Values by_fma;
    for (const Kernel& kernel : kernels()) {
      SCOPED_TRACE(fmt::format("{} x {}, depth {}, {}", m, n, k, kernel.description));
      Values whole = before, parts = before;
      kernel.multiply(va, vb, beta, whole.data(), n, {0, m, 0, n});
      expect_product(va, vb, beta, before, whole, n);
      for (const Tile& tile : {Tile{0, i, 0, j}, {0, i, j, n}, {i, m, 0, j}, {i, m, j, n}}) {
        kernel.multiply(va, vb, beta, parts.data(), n, tile);
      }
      ASSERT_EQ(parts, whole);
      if (!kernel.has_fma) continue;
      if (by_fma.empty()) by_fma = whole;
      ASSERT_EQ(whole, by_fma);
    }
  }
}

// Only BLAS refuses such a size; of an empty tile nothing is read.
TEST_P(GemmTile, IsMultipliedByTheBackendThatIsSet) {
  const Scalar x = 1;
  Scalar c = 0;
  const Index huge = Index{1} << 31;
  EXPECT_EQ(test::error_of([&] {
              gemm_tile({&x, 1, huge, huge}, {&x, huge, 1, 1}, 0, &c, 1, {0, 1, 0, 0});
            }),
            GetParam() == GemmBackend::blas
                ? "[matmul] got a size of 2147483648, expected at most 2^31 - 1"
                : "(no error)");
}

TEST(Tiling, CoversTheLongerSideOnceInMultiplesOf16) {
  const Index sizes[] = {0, 1, 2, 15, 16, 17, 64, 100, 128, 300, 784, 1000, 4096, 60000};
  for (const Index m : sizes) {
    for (const Index n : sizes) {
      for (const Index k : sizes) {
        const Tiling cut = tiling(m, n, k);
        if (m == 0 || n == 0) {
          ASSERT_EQ(cut.count, 0);
          continue;
        }
        const Index side = std::max(m, n);
        ASSERT_EQ(cut.over_rows, m >= n);
        ASSERT_EQ(cut.step % 16, 0);
        ASSERT_GE(cut.count, 1);
        ASSERT_LE(cut.count, 16);
        ASSERT_GE(cut.count * cut.step, side);        // nothing is left out
        ASSERT_LT((cut.count - 1) * cut.step, side);  // no tile is empty
      }
    }
  }
}

TEST(Tiling, CutsOnlyWhatIsWorthASecondThread) {
  EXPECT_EQ(tiling(32, 64, 64).count, 1);
  EXPECT_EQ(tiling(100, 150, 100).count, 2);  // 1.5 million multiply-adds
  EXPECT_EQ(tiling(100, 150, 99).count, 1);
  EXPECT_EQ(tiling(256, 256, 256).count, 4);  // 2^24
  EXPECT_EQ(tiling(256, 256, 255).count, 2);
  EXPECT_EQ(tiling(16, 90000, 1).count, 1);
  EXPECT_EQ(tiling(60000, 784, 784).count, 16);
}

TEST(GemmBackend, IsBlasUnlessToldAndSaysWhatItIs) {
  EXPECT_EQ(gemm_backend(), GemmBackend::blas);
  EXPECT_THAT(gemm_description(),
              testing::MatchesRegex("OpenBLAS [0-9.]+ .+|BLIS [0-9.]+ .+|BLAS \\(.+\\)"));
  set_gemm_backend(GemmBackend::own);
  EXPECT_THAT(gemm_description(), testing::MatchesRegex("own products, [0-9]+-bit vectors"));
  set_gemm_backend(GemmBackend::blas);
}

}  // namespace
}  // namespace gradus
