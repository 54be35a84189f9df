#include "tensor/gemm.h"

#include <algorithm>
#include <atomic>

#include "tensor/blas.h"
#include "tensor/error.h"
#include "tensor/own_gemm.h"

namespace gradus {
namespace {

std::atomic<GemmBackend> chosen = GemmBackend::blas;

}  // namespace

GemmBackend gemm_backend_named(std::string_view name) {
  if (name == "blas") return GemmBackend::blas;
  if (name == "own") return GemmBackend::own;
  fail("[gemm] got {}, expected blas or own", name);
}

void set_gemm_backend(GemmBackend backend) { chosen = backend; }
GemmBackend gemm_backend() { return chosen; }

std::string gemm_description() {
  return gemm_backend() == GemmBackend::own ? own_gemm_description() : blas_description();
}

Tiling tiling(Index m, Index n, Index k) {
  // A second thread is worth its start from 1.5 million multiply-adds on, 24
  // microseconds: with it the steps of ae_basic and ae_ecg on two threads take 0.120
  // and 0.237 ms, where it came at four million 0.183 and 0.343; at a quarter of a
  // million they are no faster, nor is that of ae_fashion. For every tile BLAS packs the shorter
  // operand once more (two tiles cost 2%, six cost 5% of the products of a Fashion step), so beyond
  // two their number doubles when the work grows fourfold. The longer side is cut.
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
  if (a.columns == 0) {  // an empty sum, which the backends need not know
    for (Index i = tile.row_begin; i < tile.row_end; ++i) {
      for (Index j = tile.column_begin; j < tile.column_end; ++j) {
        c[i * stride + j] = beta == 0 ? 0 : beta * c[i * stride + j];
      }
    }
    return;
  }
  const auto multiply = gemm_backend() == GemmBackend::own ? own_gemm_tile : blas_gemm_tile;
  multiply(a, b, beta, c, stride, tile);
}

}  // namespace gradus
