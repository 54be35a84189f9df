// Many numbers taken together to one, over some dimensions.
//
// All of them reduce over `axes` (negative ones count from the end; none means
// all); with `keep_dims` these stay with size 1. They throw `Error` for an axis
// that is not there or named twice.
#pragma once

#include <initializer_list>

#include "autograd/variable.h"

namespace gradus {

Variable sum(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false);
/// The mean of no elements is NaN.
Variable mean(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false);

/// The largest and the smallest, as PyTorch's amax and amin: equal ones share
/// the gradient equally. NaN where there is one, and then the NaNs share it.
/// Throws `Error`, too, where there is nothing to choose from.
Variable max(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false);
Variable min(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false);

/// The sum of (x - mean)^2 / (n - correction), in two passes, so that a large
/// mean costs no digits. A correction of 0 is NumPy's default, 1 (the unbiased
/// estimate) PyTorch's. The divisor is never below 0, as in PyTorch: nothing,
/// and one element with correction 1, give NaN.
Variable var(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false,
             int correction = 0);

/// ln(sum of e^x), without overflow. Nothing, and nothing but -inf, gives -inf.
/// The gradient is the softmax, in which equal infinities share equally: there
/// is no NaN but for NaN, where PyTorch gives one for infinite results.
Variable logsumexp(const Variable& x, std::initializer_list<int> axes = {}, bool keep_dims = false);

}  // namespace gradus
