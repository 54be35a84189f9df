// The larger and the smaller of numbers, element by element.
#pragma once

#include <optional>

#include "autograd/variable.h"

namespace gradus {

/// The smaller of a and b, broadcast; NaN where either is. Equal inputs get half
/// of the gradient each, as in PyTorch and JAX; with NaN neither gets any.
/// Throws `Error` where the shapes do not broadcast.
Variable minimum(const Variable& a, const Variable& b);
/// The larger of a and b; otherwise as minimum.
Variable maximum(const Variable& a, const Variable& b);

/// x held within [low, high]; a bound that is left out, `{}`, or infinite bounds
/// nothing. The gradient is 1 inside and at the bounds, as in PyTorch, and 0
/// outside and at NaN. Throws `Error` unless low <= high, where NumPy and PyTorch
/// give `high`.
Variable clip(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high);
/// The same of numbers, for formulas written once for both.
inline Scalar clip(Scalar x, Scalar low, Scalar high) {
  return x < low ? low : (x > high ? high : x);
}

}  // namespace gradus
