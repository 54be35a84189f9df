// Several arrays as one.
#pragma once

#include <initializer_list>
#include <span>

#include "autograd/variable.h"

namespace gradus {

/// The xs one behind the other along dimension `axis` (negative: from the end):
/// of shapes (..., n_i, ...) one of (..., sum of n_i, ...). Throws `Error` where
/// there are none, they have rank 0, `axis` is not there, or another size differs.
Variable concatenate(std::span<const Variable> xs, int axis = 0);
Variable concatenate(std::initializer_list<Variable> xs, int axis = 0);

/// The n xs along a new dimension: the result has size n at `axis`, where
/// negative ones count from the end of the result. Throws `Error` where there
/// are none, their shapes differ, or the result has no such dimension.
Variable stack(std::span<const Variable> xs, int axis = 0);
Variable stack(std::initializer_list<Variable> xs, int axis = 0);

}  // namespace gradus
