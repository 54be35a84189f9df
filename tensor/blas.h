// Matrix products: the one place that calls BLAS.
//
// BLAS works on one thread; we cut the product into tiles and give them to our
// own threads. Multi-threaded OpenBLAS rounds differently at different thread
// counts; tiles whose borders depend on the sizes alone do not, and they are as
// fast (measured: 1.45 ms against 1.5 to 2.05 ms for the products of one
// training step of the Fashion autoencoder on two threads).
//
// Which BLAS it is was chosen by cmake/GradusBlas.cmake. The serial OpenBLAS, which
// several threads cannot share, is refused at the first product: Error.
//
// Thread safety: gemm may be called from any thread.
#pragma once

#include <string>

#include "tensor/parallel.h"
#include "tensor/scalar.h"

namespace gradus {

/// A row-major matrix in memory, or with `transposed` its transpose: what
/// stands in memory is then columns x rows. `stride` is the distance between
/// rows in memory, in elements.
struct MatrixView {
  const Scalar* data;
  Index rows, columns;
  Index stride;
  bool transposed = false;
};

/// A part of a product: the elements [row_begin, row_end) x [column_begin, column_end).
struct Tile {
  Index row_begin, row_end, column_begin, column_end;
};

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

/// What BLAS this program runs with, for reports: "OpenBLAS 0.3.21 Haswell", or
/// "BLIS 0.9.0 zen3"; of another only its name to CMake, "BLAS (Generic)".
std::string blas_description();

}  // namespace gradus
