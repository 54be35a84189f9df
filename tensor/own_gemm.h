// A matrix product of our own, for one thread.
//
// What makes it fast is the microkernel: a block of c, some rows by some vectors, is kept in
// registers while it sums over the depth, so that each vector of b that is loaded serves
// all rows and each number of a all vectors. bench/ladder comes to it step by step.
//
// Three things differ from the usual arrangement (K. Goto and R. van de Geijn, Anatomy of
// High-Performance Matrix Multiplication, 2008), since the products of a training step are
// small and their operands lie in the second-level cache. No copy of a is made: of it the
// kernel takes one number at a time, from wherever it stands, also transposed. b is copied
// only where it must be (transposed, or narrower than a vector) or where many rows read
// it. And c is not cleared first, and written once for every 512 of the depth.
//
// In which order an element is summed depends on the depth alone, so it has the same bits in
// any tile, and by vectors of any length; only without fused multiply-adds it has others.
#pragma once

#include <string>

#include "tensor/matrix_view.h"

namespace gradus {

/// gemm_tile (gemm.h) by our own kernel. Requires: a depth above 0. Thread safety: from any
/// thread, whose stack must have 96 KiB to spare.
void own_gemm_tile(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, Index stride,
                   const Tile& tile);

/// What it was built for: "own products, 512-bit vectors".
std::string own_gemm_description();

}  // namespace gradus
