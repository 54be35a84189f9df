#include "tensor/own_gemm.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace gradus {
namespace {

// Eight rows by three vectors are 24 sums, for the 32 registers of AVX-512; four by
// three are twelve, for the 16 that others have. Either leaves room for three vectors of b and one
// number of a, and is enough for both multipliers to have work while sums are under way.
#if defined(__AVX512F__)
constexpr int kBytes = 64, kRows = 8;
#elif defined(__AVX__)
constexpr int kBytes = 32, kRows = 4;
#else
constexpr int kBytes = 16, kRows = 4;
#endif
constexpr int kLanes = kBytes / static_cast<int>(sizeof(Scalar)), kVectors = 3;
constexpr Index kColumns = kVectors * kLanes;
// A panel, kDepth rows of kColumns, is 96 KiB and stays in the second-level cache.
constexpr Index kDepth = 512;

using Vector __attribute__((vector_size(kBytes), aligned(sizeof(Scalar)), may_alias)) = Scalar;

// NOLINTNEXTLINE(readability-non-const-parameter): written through what is returned
Vector& at(Scalar* p) { return *reinterpret_cast<Vector*>(p); }
const Vector& at(const Scalar* p) { return *reinterpret_cast<const Vector*>(p); }

// What the kernel reads of a: element (i, k) is at data + i row + k depth.
struct Left {
  const Scalar* data;
  Index row, depth;
};

// What it reads of b: some vectors of row k from data + k stride on.
struct Panel {
  const Scalar* data;
  Index stride;
};

// The microkernel: sums += a b, for a block of rows x vectors, over the depth.
template <int rows, int vectors>
inline void add_products(const Left& a, const Panel& b, Index depth,
                         Vector (&sums)[rows][vectors]) {
  for (Index k = 0; k < depth; ++k) {
    Vector right[vectors];
#pragma GCC unroll 3
    for (int j = 0; j < vectors; ++j) right[j] = at(b.data + k * b.stride + j * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const Scalar left = a.data[i * a.row + k * a.depth];
#pragma GCC unroll 3
      for (int j = 0; j < vectors; ++j) sums[i][j] += left * right[j];
    }
  }
}

// c = a b + beta c for `blocks` blocks of rows x vectors, one below the other. Of the columns
// `width` count, and c has no place for others. One call for all blocks of a panel: with
// a call for each, products of depth 32 to 128 took 3 to 20% longer.
template <int rows, int vectors>
void multiply_blocks(Index blocks, Left a, Panel b, Index depth, Scalar beta, Scalar* c,
                     Index stride, Index width) {
  const bool adds = beta != 0;  // else c may hold anything, and is not read
  for (; blocks > 0; --blocks, a.data += rows * a.row, c += rows * stride) {
    Vector sums[rows][vectors] = {};
    add_products(a, b, depth, sums);
    if (width == vectors * kLanes) {
#pragma GCC unroll 8
      for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 3
        for (int j = 0; j < vectors; ++j) {
          Vector& to = at(c + i * stride + j * kLanes);
          if (adds) {
            to = sums[i][j] + beta * to;
          } else {
            to = sums[i][j];
          }
        }
      }
    } else {
      Scalar block[rows][vectors * kLanes];
      std::memcpy(block, sums, sizeof block);
      for (int i = 0; i < rows; ++i) {
        Scalar* const to = c + i * stride;
        for (Index j = 0; j < width; ++j) to[j] = adds ? block[i][j] + beta * to[j] : block[i][j];
      }
    }
  }
}

// multiply_blocks for each number of rows and of vectors, from 1 on.
using MultiplyBlocks = decltype(&multiply_blocks<1, 1>);
template <int... sizes>
constexpr auto for_sizes(std::integer_sequence<int, sizes...>) {
  return std::array<MultiplyBlocks, sizeof...(sizes)>{
      &multiply_blocks<sizes / kVectors + 1, sizes % kVectors + 1>...};
}
constexpr auto kMultiplyBlocks = for_sizes(std::make_integer_sequence<int, kRows * kVectors>());

// One stage of a transposition: in each square of 2 step x 2 step the quarters at the upper
// right and the lower left change places. Two rows `step` apart do so together.
template <int step, int... lanes>
void exchange(Vector& upper, Vector& lower, std::integer_sequence<int, lanes...>) {
  const Vector up = upper, low = lower;
  upper = __builtin_shufflevector(up, low, (lanes & step ? kLanes + lanes - step : lanes)...);
  lower = __builtin_shufflevector(up, low, (lanes & step ? kLanes + lanes : lanes + step)...);
}
template <int step = 1>
void transpose_stages(Vector (&rows)[kLanes]) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) {
    if ((i & step) == 0) {
      exchange<step>(rows[i], rows[i + step], std::make_integer_sequence<int, kLanes>());
    }
  }
  if constexpr (2 * step < kLanes) transpose_stages<2 * step>(rows);
}

// A square of kLanes x kLanes, transposed in registers.
void transpose(const Scalar* from, Index from_stride, Scalar* to, Index to_stride) {
  Vector rows[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) rows[i] = at(from + i * from_stride);
  transpose_stages(rows);
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) at(to + i * to_stride) = rows[i];
}

// Copies the first `width` columns of b, `depth` rows, to a panel; the rest of it is 0.
void pack(const Scalar* b, Index b_stride, bool transposed, Index depth, Index width, Scalar* to,
          Index to_stride) {
  if (!transposed) {
    for (Index k = 0; k < depth; ++k, b += b_stride, to += to_stride) {
      for (Index j = 0; j < to_stride; ++j) to[j] = j < width ? b[j] : 0;
    }
    return;
  }
  for (Index j = 0; j < to_stride; j += kLanes) {
    Index k = 0;
    for (; j + kLanes <= width && k + kLanes <= depth; k += kLanes) {
      transpose(b + j * b_stride + k, b_stride, to + k * to_stride + j, to_stride);
    }
    for (; k < depth; ++k) {
      for (Index lane = j; lane < j + kLanes; ++lane) {
        to[k * to_stride + lane] = lane < width ? b[lane * b_stride + k] : 0;
      }
    }
  }
}

}  // namespace

void own_gemm_tile(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, Index stride,
                   const Tile& tile) {
  // From so many rows on, a copy of b costs less than reading rows that lie far apart.
  constexpr Index kManyRows = 512;
  alignas(kBytes) thread_local Scalar packed[kDepth * kColumns];
  const Index a_row = a.transposed ? 1 : a.stride, a_depth = a.transposed ? a.stride : 1;
  const Index b_depth = b.transposed ? 1 : b.stride;
  for (Index k = 0; k < a.columns; k += kDepth) {
    const Index depth = std::min(kDepth, a.columns - k);
    const Scalar scale = k == 0 ? beta : 1;
    for (Index j = tile.column_begin; j < tile.column_end; j += kColumns) {
      const Index width = std::min(kColumns, tile.column_end - j);
      const Index vectors = (width + kLanes - 1) / kLanes;
      Panel panel{column_of(b, j) + k * b_depth, b.stride};
      if (b.transposed || width % kLanes != 0 || tile.rows() >= kManyRows) {
        pack(panel.data, b.stride, b.transposed, depth, width, packed, vectors * kLanes);
        panel = {packed, vectors * kLanes};
      }
      const auto multiply = [&](Index row, Index rows, Index blocks) {
        kMultiplyBlocks[static_cast<std::size_t>((rows - 1) * kVectors + vectors - 1)](
            blocks, {row_of(a, row) + k * a_depth, a_row, a_depth}, panel, depth, scale,
            c + row * stride + j, stride, width);
      };
      const Index blocks = tile.rows() / kRows, rest = tile.rows() % kRows;
      if (blocks > 0) multiply(tile.row_begin, kRows, blocks);
      if (rest > 0) multiply(tile.row_end - rest, rest, 1);
    }
  }
}

}  // namespace gradus
