// Elementwise arithmetic of Variables, with broadcasting: a + b, a - b, a b,
// a / b, -a. Shapes fit as in NumPy; `Error` where they do not. Numbers become
// constants, so `1 - x` and `x / 2` work.
#pragma once

#include "autograd/variable.h"

namespace gradus {

Variable operator+(const Variable& a, const Variable& b);
Variable operator-(const Variable& a, const Variable& b);
Variable operator*(const Variable& a, const Variable& b);
Variable operator/(const Variable& a, const Variable& b);
Variable operator-(const Variable& a);

/// Where x > bound 1, elsewhere 0: a constant, through which no gradient flows.
Variable operator>(const Variable& x, Scalar bound);
/// a where `condition` is not 0, b elsewhere.
Variable where(const Variable& condition, const Variable& a, const Variable& b);
/// The same choice between numbers, for formulas written once for both.
inline Scalar where(bool condition, Scalar a, Scalar b) { return condition ? a : b; }

}  // namespace gradus
