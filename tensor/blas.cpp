#include "tensor/blas.h"

#ifdef GRADUS_BLAS_FLAME
#include <blis.h>
#else
#include <cblas.h>
#endif

#include <algorithm>

#include "tensor/error.h"

namespace gradus {
namespace {

// What differs between the libraries that cmake/GradusBlas.cmake finds: how one is
// kept to the calling thread, and what it is.
#if defined(GRADUS_BLAS_OPENBLAS)

void keep_to_one_thread() {
  static const bool done = [] {
    if (openblas_get_parallel() == OPENBLAS_SEQUENTIAL) {
      fail(
          "[blas] got the serial OpenBLAS, which several threads cannot share; install the "
          "pthread build (Debian: libopenblas-pthread-dev)");
    }
    openblas_set_num_threads(1);
    return true;
  }();
  (void)done;
}

std::string describe() {
  const std::string_view config = openblas_get_config();  // "OpenBLAS 0.3.21 NO_AFFINITY ..."
  const auto end = config.find(' ', config.find(' ') + 1);
  return fmt::format("{} {}", config.substr(0, end), openblas_get_corename());
}

#elif defined(GRADUS_BLAS_FLAME)

// Every build of BLIS may be called from several threads, the serial one, too. The
// number of its own threads holds for all callers in 0.9, for each apart later on.
// Set by bli_thread_set_num_threads it would give way to BLIS_JC_NT and the like.
void keep_to_one_thread() {
  thread_local const bool done = [] {
    bli_thread_set_ways(1, 1, 1, 1, 1);
    return true;
  }();
  (void)done;
}

std::string describe() {
  bli_init();  // without which the next line aborts where BLIS_ARCH_TYPE is set
  return fmt::format("BLIS {} {}", bli_info_get_version_str(),
                     bli_arch_string(bli_arch_query_id()));
}

#else  // of another we know nothing but CBLAS

void keep_to_one_thread() {}

std::string describe() { return "BLAS (" GRADUS_BLAS_VENDOR ")"; }

#endif

#ifdef GRADUS_DOUBLE
constexpr auto* cblas_gemm = cblas_dgemm;
#else
constexpr auto* cblas_gemm = cblas_sgemm;
#endif

// BLAS counts in int; a product beyond that does not fit in memory we expect.
int as_int(Index value) {
  if (value > 2147483647) fail("[matmul] got a size of {}, expected at most 2^31 - 1", value);
  return static_cast<int>(value);
}

}  // namespace

std::string blas_description() { return describe(); }

Tiling tiling(Index m, Index n, Index k) {
  // A second thread is worth its start from 1.5 million multiply-adds on, 24
  // microseconds: with it the steps of ae_basic and ae_ecg on two threads take 0.120
  // and 0.237 ms, where it came at four million 0.183 and 0.343; at a quarter of a
  // million they are no faster, nor is that of ae_fashion. Every tile packs the shorter operand
  // once more (two tiles cost 2%, six cost 5% of the products of a Fashion step), so beyond two
  // their number doubles when the work grows fourfold. The longer side is cut.
  constexpr double kTwoTiles = 1.5e6, kFourTiles = 1 << 24;
  constexpr Index kMostTiles = 16, kAlign = 16;
  const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  Index count = work >= kTwoTiles ? 2 : 1;
  // NOLINTNEXTLINE(cert-flp30-c): powers of four are exact
  for (double more = kFourTiles; count < kMostTiles && work >= more; more *= 4) count *= 2;
  const bool over_rows = m >= n;
  const Index side = std::max(m, n);
  const Index step = std::max(kAlign, ((side + count - 1) / count + kAlign - 1) / kAlign * kAlign);
  return {m == 0 || n == 0 ? 0 : (side + step - 1) / step, over_rows, step, m, n};
}

Tile Tiling::operator[](Index i) const {
  const Index from = i * step;
  return over_rows ? Tile{from, std::min(rows, from + step), 0, columns}
                   : Tile{0, rows, from, std::min(columns, from + step)};
}

void gemm_tile(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, Index stride,
               const Tile& tile) {
  keep_to_one_thread();
  const Index m = tile.row_end - tile.row_begin, n = tile.column_end - tile.column_begin;
  c += tile.row_begin * stride + tile.column_begin;
  if (a.columns == 0) {  // an empty sum; BLAS would refuse the zero stride
    for (Index i = 0; i < m; ++i) {
      for (Index j = 0; j < n; ++j) c[i * stride + j] = beta == 0 ? 0 : beta * c[i * stride + j];
    }
    return;
  }
  const Scalar* const from_a = a.data + tile.row_begin * (a.transposed ? 1 : a.stride);
  const Scalar* const from_b = b.data + tile.column_begin * (b.transposed ? b.stride : 1);
  cblas_gemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
             b.transposed ? CblasTrans : CblasNoTrans, as_int(m), as_int(n), as_int(a.columns), 1,
             from_a, as_int(std::max<Index>(1, a.stride)), from_b,
             as_int(std::max<Index>(1, b.stride)), beta, c, as_int(stride));
}

}  // namespace gradus
