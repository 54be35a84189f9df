// The dimensions in another order.
#pragma once

#include <initializer_list>
#include <span>

#include "autograd/variable.h"

namespace gradus {

/// x with its dimensions in the order `axes`: dimension i of the result is
/// dimension axes[i] of x, as NumPy's transpose and PyTorch's permute have it.
/// Negative axes count from the end. The elements are copied. Throws `Error`
/// where `axes` does not name each dimension once.
Variable permute(const Variable& x, std::span<const int> axes);
Variable permute(const Variable& x, std::initializer_list<int> axes);

/// The matrix x (m, n) as (n, m). Throws `Error` where x is no matrix.
Variable transpose(const Variable& x);
/// x with two dimensions swapped; negative ones count from the end. Throws
/// `Error` for one that is not there.
Variable transpose(const Variable& x, int axis_a, int axis_b);

}  // namespace gradus
