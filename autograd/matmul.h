// The product of two matrices.
#pragma once

#include "autograd/variable.h"

namespace gradus {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// c (m, n) = a (m, k) b (k, n). A transposed operand is stored the other way
/// round: a as (k, m), b as (n, k). Throws `Error` where an operand is no
/// matrix or the inner sizes differ.
Variable matmul(const Variable& a, const Variable& b, MatmulOptions options = {});

}  // namespace gradus
