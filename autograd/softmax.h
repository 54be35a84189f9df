// The softmax and its logarithm.
#pragma once

#include "autograd/variable.h"

namespace gradus {

/// e^x / sum of e^x along `axis` (a negative one counts from the end), without
/// overflow. Equal numbers share equally, infinite ones too: [inf, 0] gives
/// [1, 0], and nothing but -inf gives 1/n each, where PyTorch gives NaN.
/// Throws `Error` for an axis that is not there, so for any of a scalar.
Variable softmax(const Variable& x, int axis = -1);
/// Its logarithm, with all digits also where the softmax would round to 0.
Variable log_softmax(const Variable& x, int axis = -1);

}  // namespace gradus
