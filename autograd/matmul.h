// The product of two matrices, or of many pairs of them.
#pragma once

#include "autograd/variable.h"

namespace gradus {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// c (..., m, n) = a (..., m, k) b (..., k, n). The dimensions in front broadcast
/// as in NumPy: a product for each of their places. A transposed operand is
/// stored the other way round: a as (..., k, m), b as (..., n, k). Unlike NumPy's
/// and PyTorch's, it takes no vectors. Throws `Error` where an operand has rank
/// 0 or 1, the inner sizes differ, or the dimensions in front do not fit.
Variable matmul(const Variable& a, const Variable& b, MatmulOptions options = {});

}  // namespace gradus
