// BLAS, and the one place that calls it.
//
// It works on the calling thread alone: gemm.h cuts a product and shares it among
// our threads. Multi-threaded OpenBLAS rounds differently at different thread counts;
// tiles whose borders depend on the sizes alone do not, and they are as fast (measured:
// 1.45 ms against 1.5 to 2.05 ms for the products of one training step of the Fashion
// autoencoder on two threads).
//
// Which BLAS it is was chosen by cmake/GradusBlas.cmake. The serial OpenBLAS, which
// several threads cannot share, is refused at the first product: Error.
//
// Thread safety: both may be called from any thread.
#pragma once

#include <string>

#include "tensor/matrix_view.h"

namespace gradus {

/// gemm_tile (gemm.h) by BLAS. Requires: a depth above 0. Throws `Error` for a size beyond
/// 2^31 - 1.
void blas_gemm_tile(const MatrixView& a, const MatrixView& b, Scalar beta, Scalar* c, Index stride,
                    const Tile& tile);

/// What BLAS this program was linked with, for reports: "OpenBLAS 0.3.21 Haswell", or
/// "BLIS 0.9.0 zen3"; of another only its name to CMake, "BLAS (Generic)".
std::string blas_description();

}  // namespace gradus
