// Elementwise arithmetic of Variables, with broadcasting: a + b, a - b, a b,
// a / b, -a, comparisons. Shapes fit as in NumPy; `Error` where they do not.
// Numbers become constants, so `1 - x`, `x / 2` and `x > 0` work.
#pragma once

#include "autograd/variable.h"

namespace gradus {

Variable operator+(const Variable& a, const Variable& b);
Variable operator-(const Variable& a, const Variable& b);
Variable operator*(const Variable& a, const Variable& b);
Variable operator/(const Variable& a, const Variable& b);
Variable operator-(const Variable& a);

/// 1 where the comparison holds, 0 elsewhere: constants, through which no gradient
/// flows. With NaN none holds but !=.
Variable operator>(const Variable& a, const Variable& b);
Variable operator<(const Variable& a, const Variable& b);
Variable operator>=(const Variable& a, const Variable& b);
Variable operator<=(const Variable& a, const Variable& b);
Variable operator==(const Variable& a, const Variable& b);
Variable operator!=(const Variable& a, const Variable& b);
/// a where `condition` is not 0, b elsewhere. Both are computed, and a gradient of
/// 0 goes to what was not chosen, which an infinite slope there turns into NaN. So
/// choose before, as well: where(x > 0, sqrt(where(x > 0, x, 1)), 0).
Variable where(const Variable& condition, const Variable& a, const Variable& b);
/// The same choice between numbers, for formulas written once for both.
inline Scalar where(bool condition, Scalar a, Scalar b) { return condition ? a : b; }

}  // namespace gradus
