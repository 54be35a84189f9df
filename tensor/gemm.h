// Matrix products: how one is cut for our threads, and who multiplies.
//
// A product is cut into tiles whose borders depend on the sizes alone, so it has the
// same bits at any number of threads.
//
// Thread safety: all may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "tensor/matrix_view.h"
#include "tensor/parallel.h"

namespace gradus {

/// What multiplies: the BLAS of the build, or the kernel of own_gemm.h. Both are right to
/// the last few bits and differ there, so a training ends in slightly different weights.
enum class GemmBackend { blas, own };

/// That with a name, "blas" or "own". Throws `Error` for any other.
GemmBackend gemm_backend_named(std::string_view name);

/// What multiplies from now on, in the whole process; BLAS unless told. Call it while no
/// product runs.
void set_gemm_backend(GemmBackend backend);
GemmBackend gemm_backend();
/// The same for reports: blas_description() or own_gemm_description().
std::string gemm_description();

/// The cut of an m x n product of depth k.
struct Tiling {
  Index count;     ///< number of tiles
  bool over_rows;  ///< whether rows are cut, or columns
  Index step;      ///< rows or columns a tile
  Index rows, columns;

  /// Tile number `i`.
  Tile operator[](Index i) const;
};
Tiling tiling(Index m, Index n, Index k);

/// One tile of c = a b + beta c, on the calling thread. Requires: the inner
/// sizes agree; `c` is row-major with rows `stride` elements apart and
/// overlaps neither operand. beta 0 overwrites c whatever it holds.
void gemm_tile(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, Index stride,
               const Tile& tile);

/// c = a b + beta c with all threads. `finish(tile)` is called for each tile
/// once its product stands, while it is in cache: the place for a bias and an
/// activation.
template <class Finish>
void gemm(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, const Finish& finish) {
  const Tiling cut = tiling(a.rows, b.columns, a.columns);
  parallel_for(cut.count, 1, [&](Index begin, Index) {
    const Tile tile = cut[begin];
    gemm_tile(a, b, beta, c, b.columns, tile);
    finish(tile);
  });
}
inline void gemm(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c) {
  gemm(a, b, beta, c, [](const Tile&) {});
}

}  // namespace gradus
