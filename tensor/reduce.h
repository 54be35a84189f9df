// Sums and extremes over dimensions.
//
// Thread safety: free functions; the caller orders writes to shared tensors.
#pragma once

#include <span>

#include "tensor/map.h"
#include "tensor/tensor.h"

namespace gradus {

/// The shape of `shape` reduced over `axes`: with `keep_dims` they stay with
/// size 1, else they go. Negative axes count from the end; no axes means all.
/// Throws `Error`, naming `operation`, where an axis is out of range or named twice.
Shape reduced_shape(const char* operation, const Shape& shape, std::span<const int> axes,
                    bool keep_dims);

/// out = the sum of x over every dimension in which `out` has size 1 (or none,
/// aligned at the last dimension): the reverse of broadcasting. Long sums run
/// in double, in a fixed order; where other dimensions lie between those summed
/// over, what each run of them gives is rounded to Scalar.
/// Requires: broadcasts_to(out.shape(), x.shape()).
void sum_to(Tensor& out, Write write, const Tensor& x);
/// The same for the mean, which is NaN of nothing.
void mean_to(Tensor& out, const Tensor& x);
/// The same for the largest and the smallest: NaN where there is one, -inf and
/// +inf of nothing.
void max_to(Tensor& out, const Tensor& x);
void min_to(Tensor& out, const Tensor& x);

}  // namespace gradus
