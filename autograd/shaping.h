// Other shapes for the same elements; stretching, and its reverse.
#pragma once

#include "autograd/variable.h"

namespace gradus {

/// The elements of x, in order, under another shape. Throws `Error` where the
/// number of elements differs.
Variable reshape(const Variable& x, const Shape& shape);
/// x stretched to `shape`. Throws `Error` where it does not broadcast to it.
Variable broadcast_to(const Variable& x, const Shape& shape);
/// The sum of x over the dimensions that `shape` lacks or has with size 1: the
/// reverse of broadcast_to. Throws `Error` where `shape` does not broadcast to
/// that of x.
Variable sum_to(const Variable& x, const Shape& shape);

}  // namespace gradus
