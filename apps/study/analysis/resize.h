// Stretching a grid of vectors by interpolation.
//
// Thread safety: a free function without state.
#pragma once

#include "tensor/tensor.h"

namespace gradus::study {

/// `grid` (r, c, d) stretched to (rows, columns, d), bilinearly: cells are squares
/// whose centres hold the vectors, and beyond the outer centres the nearest one
/// holds, as tf.image.resize has it. Throws `Error` for another rank or a size
/// below 1.
Tensor resize_bilinear(const Tensor& grid, Index rows, Index columns);

}  // namespace gradus::study
