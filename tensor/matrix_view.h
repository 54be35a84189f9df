// What a matrix product reads, and which part of it is meant.
#pragma once

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

  Index rows() const { return row_end - row_begin; }
  Index columns() const { return column_end - column_begin; }
};

/// How far apart in memory neighbouring rows of `m` are, and columns.
inline Index row_step(const MatrixView& m) { return m.transposed ? 1 : m.stride; }
inline Index column_step(const MatrixView& m) { return m.transposed ? m.stride : 1; }
/// Where element (row, column) of `m` is.
inline const Scalar* place(const MatrixView& m, Index row, Index column) {
  return m.data + row * row_step(m) + column * column_step(m);
}

}  // namespace gradus
