// Other shapes for the same elements, sums over dimensions, and their reverse.
#pragma once

#include <initializer_list>

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

/// Over `axes` (negative ones count from the end; none means all); with
/// `keep_dims` these stay with size 1. Throws `Error` for an axis that is not there.
Variable sum(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false);
/// The mean of no elements is NaN.
Variable mean(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false);

}  // namespace gradus
