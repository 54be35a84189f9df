// Operands copied into the order in which the tiles read them.
//
// Source: K. Goto and R. van de Geijn, Anatomy of High-Performance Matrix
// Multiplication, 2008.
#pragma once

#include <algorithm>
#include <vector>

#include "bench/ladder/tile.h"

namespace gradus::bench {

/// How many rows of b are packed at a time, and rows of a: a's block (96 x 192
/// floats, 72 KiB) stays in the second-level cache, a strip of b in the first.
constexpr long kDepth = 192, kRows = 96;

/// Rows [0, depth) of b, n wide, as strips of kTileColumns: within one, row after row.
inline void pack_b(const float* b, long n, long depth, float* to) {
  for (long j = 0; j < n; j += kTileColumns) {
    for (long k = 0; k < depth; ++k) to = std::copy_n(b + k * n + j, kTileColumns, to);
  }
}

/// kRows rows of a, `depth` wide, as strips of kTileRows: within one, column after column.
inline void pack_a(const float* a, long n, long depth, float* to) {
  for (long i = 0; i < kRows; i += kTileRows) {
    for (long k = 0; k < depth; ++k) {
      for (long row = 0; row < kTileRows; ++row) *to++ = a[(i + row) * n + k];
    }
  }
}

/// Rows of c from the packed operands.
inline void add_block(const float* a, const float* b, float* c, long n, long depth) {
  for (long j = 0; j < n; j += kTileColumns) {
    for (long i = 0; i < kRows; i += kTileRows) {
      add_tile(a + i * depth, 1, kTileRows, b + j * depth, kTileColumns, c + i * n + j, n, depth);
    }
  }
}

}  // namespace gradus::bench
