// The tile of c that is kept in registers while its sums grow.
#pragma once

namespace gradus::bench {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;
#endif
using Floats __attribute__((vector_size(4 * kLanes), aligned(4))) = float;

/// 6 rows by two vectors: 12 sums, two vectors of b and one number of a fill the 16
/// registers that AVX2 has, and 12 independent sums keep both multipliers busy.
constexpr long kTileRows = 6, kTileColumns = 2 * kLanes;

/// c(tile) += the sum over k of a(i, k) b(k, j). Row i of the tile takes a number
/// from a + i a_row + k a_step; b's row k is at b + k b_row.
inline void add_tile(const float* a, long a_row, long a_step, const float* b, long b_row, float* c,
                     long c_row, long depth) {
  Floats sums[kTileRows][2] = {};
  for (long k = 0; k < depth; ++k) {
    const Floats left = *reinterpret_cast<const Floats*>(b + k * b_row);
    const Floats right = *reinterpret_cast<const Floats*>(b + k * b_row + kLanes);
#pragma GCC unroll 6
    for (long i = 0; i < kTileRows; ++i) {
      const float factor = a[i * a_row + k * a_step];
      sums[i][0] += factor * left;
      sums[i][1] += factor * right;
    }
  }
  for (long i = 0; i < kTileRows; ++i) {
    *reinterpret_cast<Floats*>(c + i * c_row) += sums[i][0];
    *reinterpret_cast<Floats*>(c + i * c_row + kLanes) += sums[i][1];
  }
}

}  // namespace gradus::bench
