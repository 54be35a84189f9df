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

/// The first element of row `row` of `m`, and of column `column`.
inline const Scalar* row_of(const MatrixView& m, Index row) {
  return m.data + row * (m.transposed ? 1 : m.stride);
}
inline const Scalar* column_of(const MatrixView& m, Index column) {
  return m.data + column * (m.transposed ? m.stride : 1);
}

}  // namespace gradus
