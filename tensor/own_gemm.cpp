#include "tensor/own_gemm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace gradus {
namespace {

// own_gemm_tile, at the end, cuts the depth into stretches of kDepth, and b into panels of
// kColumns columns. A panel is multiplied by all rows of a, kRows at a time (multiply_blocks),
// and each such block of c is summed in registers (add_products). What stands between
// makes a panel where b cannot be read as it is (pack, transpose).

// Eight rows by three vectors are 24 sums, for 32 registers; four by three are twelve, for
// 16. Either leaves room for three vectors of b and one number of a, and is enough for
// both multipliers to have work while sums are under way.
#if defined(__AVX512F__)
constexpr int kBytes = 64, kRows = 8;
#elif defined(__AVX__)
constexpr int kBytes = 32, kRows = 4;
#elif defined(__aarch64__)
constexpr int kBytes = 16, kRows = 8;
#else
constexpr int kBytes = 16, kRows = 4;
#endif
constexpr int kLanes = kBytes / static_cast<int>(sizeof(Scalar)), kVectors = 3;
constexpr Index kColumns = kVectors * kLanes;
// A panel, kDepth rows of kColumns, has at most 96 KiB: it stays in the second-level cache.
// Any depth from 256 to 1024 was as fast.
constexpr Index kDepth = 512;

using Vector __attribute__((vector_size(kBytes))) = Scalar;

// From and to any place. Only within an expression does clang keep to the lower alignment:
// functions take and give Vector.
using Unaligned __attribute__((vector_size(kBytes), aligned(sizeof(Scalar)), may_alias)) = Scalar;
inline Vector load(const Scalar* from) { return *reinterpret_cast<const Unaligned*>(from); }
inline void store(Scalar* to, const Vector& v) { *reinterpret_cast<Unaligned*>(to) = v; }

// What the kernel reads of a, a number at a time.
struct Left {
  const Scalar* data;
  Index row_step, column_step;
};

// What it reads of b, some vectors of a row at a time.
struct Panel {
  const Scalar* data;
  Index row_step;
};

// The microkernel: sums += a b, for a block of rows x vectors, over the depth.
template <int rows, int vectors>
inline void add_products(const Left& a, const Panel& b, Index depth,
                         Vector (&sums)[rows][vectors]) {
  for (Index k = 0; k < depth; ++k) {
    Vector right[vectors];
#pragma GCC unroll 3
    for (int j = 0; j < vectors; ++j) right[j] = load(b.data + k * b.row_step + j * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const Scalar left = a.data[i * a.row_step + k * a.column_step];
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
  for (; blocks > 0; --blocks, a.data += rows * a.row_step, c += rows * stride) {
    Vector sums[rows][vectors] = {};
    add_products(a, b, depth, sums);
    if (width == vectors * kLanes) {
#pragma GCC unroll 8
      for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 3
        for (int j = 0; j < vectors; ++j) {
          Scalar* const to = c + i * stride + j * kLanes;
          store(to, adds ? sums[i][j] + beta * load(to) : sums[i][j]);
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
constexpr auto for_every_size(std::integer_sequence<int, sizes...>) {
  return std::array<MultiplyBlocks, sizeof...(sizes)>{
      &multiply_blocks<sizes / kVectors + 1, sizes % kVectors + 1>...};
}
constexpr auto kMultiplyBlocks =
    for_every_size(std::make_integer_sequence<int, kRows * kVectors>());

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
void transpose(const Scalar* from, Index from_step, Scalar* to, Index to_step) {
  Vector rows[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) rows[i] = load(from + i * from_step);
  transpose_stages(rows);
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) store(to + i * to_step, rows[i]);
}

// Copies the first `width` columns of b, `depth` rows, to a panel; the rest of its last vector,
// which nobody stores, is 0 and not what happened to be there.
void pack(const Scalar* b, Index stride, bool transposed, Index depth, Index width, Scalar* to,
          Index to_step) {
  if (!transposed) {
    for (Index k = 0; k < depth; ++k, b += stride, to += to_step) {
      for (Index j = 0; j < to_step; ++j) to[j] = j < width ? b[j] : 0;
    }
    return;
  }
  for (Index j = 0; j < to_step; j += kLanes) {
    Index k = 0;
    for (; j + kLanes <= width && k + kLanes <= depth; k += kLanes) {
      transpose(b + j * stride + k, stride, to + k * to_step + j, to_step);
    }
    for (; k < depth; ++k) {
      for (Index lane = j; lane < j + kLanes; ++lane) {
        to[k * to_step + lane] = lane < width ? b[lane * stride + k] : 0;
      }
    }
  }
}

}  // namespace

void own_gemm_tile(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, Index stride,
                   const Tile& tile) {
  // From so many rows on, a copy of b costs less than reading rows that lie far apart: without
  // it products of 2048 to 4096 rows took 1.2 to 1.4 times as long, with it those of a
  // Fashion step, 128 rows, 2% longer. Between 256 and 512 it made no difference.
  constexpr Index kManyRows = 512;
  alignas(kBytes) Scalar packed[kDepth * kColumns];
  for (Index k = 0; k < a.columns; k += kDepth) {
    const Index depth = std::min(kDepth, a.columns - k);
    const Scalar scale = k == 0 ? beta : 1;
    for (Index j = tile.column_begin; j < tile.column_end; j += kColumns) {
      const Index width = std::min(kColumns, tile.column_end - j);
      const Index vectors = (width + kLanes - 1) / kLanes;
      Panel panel{place(b, k, j), b.stride};
      if (b.transposed || width % kLanes != 0 || tile.rows() >= kManyRows) {
        pack(panel.data, b.stride, b.transposed, depth, width, packed, vectors * kLanes);
        panel = {packed, vectors * kLanes};
      }
      const auto multiply = [&](Index row, Index rows, Index blocks) {
        kMultiplyBlocks[static_cast<std::size_t>((rows - 1) * kVectors + vectors - 1)](
            blocks, {place(a, row, k), row_step(a), column_step(a)}, panel, depth, scale,
            c + row * stride + j, stride, width);
      };
      const Index blocks = tile.rows() / kRows, rest = tile.rows() % kRows;
      if (blocks > 0) multiply(tile.row_begin, kRows, blocks);
      if (rest > 0) multiply(tile.row_end - rest, rest, 1);
    }
  }
}

std::string own_gemm_description() {
  return fmt::format("own products, {}-bit vectors", 8 * kBytes);
}

}  // namespace gradus
