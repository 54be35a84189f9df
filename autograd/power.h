// Powers.
#pragma once

#include "autograd/variable.h"

namespace gradus {

/// a^b of numbers and Variables, broadcast, with the values of C's pow: x^0 is 1,
/// also at 0; a negative base has powers to whole numbers and is NaN to others.
///
/// The gradient by the base is b a^(b-1): 0 where b is 0, infinite at base 0 where
/// b < 1. By the exponent it is a^b ln a, at base 0 its limit 0 where b > 0, and 0
/// at 0^0, as in PyTorch; NaN for negative bases, whose powers are no curve.
/// Throws `Error` where the shapes do not broadcast.
Variable pow(const Variable& a, const Variable& b);
/// The same to one number, faster. x^2 is square(x).
Variable pow(const Variable& x, Scalar exponent);

}  // namespace gradus
