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

void blas_gemm_tile(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, Index stride,
                    const Tile& tile) {
  keep_to_one_thread();
  cblas_gemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
             b.transposed ? CblasTrans : CblasNoTrans, as_int(tile.rows()), as_int(tile.columns()),
             as_int(a.columns), 1, place(a, tile.row_begin, 0),
             as_int(std::max<Index>(1, a.stride)), place(b, 0, tile.column_begin),
             as_int(std::max<Index>(1, b.stride)), beta,
             c + tile.row_begin * stride + tile.column_begin, as_int(stride));
}

}  // namespace gradus
