// What a trained model makes of images, and how far off it is.
//
// Thread safety: as that of the Reconstruct function.
#pragma once

#include <functional>
#include <vector>

#include "tensor/tensor.h"

namespace gradus::study {

/// Images (n, ...) to their reconstructions, of the same shape.
using Reconstruct = std::function<Tensor(const Tensor& images)>;

/// The reconstruction loss of each image: the mean absolute error over its
/// pixels, summed in double. Works in batches, so it needs little memory.
/// Throws `Error` where `reconstruct` changes the shape.
std::vector<double> reconstruction_mae(const Tensor& images, const Reconstruct& reconstruct);

}  // namespace gradus::study
