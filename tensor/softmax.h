// Softmax and its logarithm along one dimension, and their derivatives.
//
// Each slice is read three times while it is in cache: for its largest element,
// for the sum of e^(x - largest), which cannot overflow, and for the result.
// Sums run in double, in a fixed order.
//
// Thread safety: free functions; the caller orders writes to shared tensors.
#pragma once

#include "tensor/map.h"
#include "tensor/math.h"
#include "tensor/tensor.h"

namespace gradus {

/// x - largest; 0 where they are equal, so that infinities leave no NaN.
inline Scalar below_largest(Scalar x, Scalar largest) { return x == largest ? 0 : x - largest; }

/// y = e^x / sum of e^x along dimension `axis`.
/// Requires of all: 0 <= axis < rank, tensors of one shape.
void softmax(Tensor& y, const Tensor& x, int axis);
/// y = x - ln(sum of e^x).
void log_softmax(Tensor& y, const Tensor& x, int axis);
/// dx = y (dy - sum of dy y), for y of softmax.
void softmax_backward(Tensor& dx, Write write, const Tensor& dy, const Tensor& y, int axis);
/// dx = dy - e^y sum of dy, for y of log_softmax.
void log_softmax_backward(Tensor& dx, Write write, const Tensor& dy, const Tensor& y, int axis);

}  // namespace gradus
