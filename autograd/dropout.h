// Dropout: noise that keeps a model from relying on any one of its units.
//
// Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from
// Overfitting, 2014; in the inverted form (section 10), which scales in training
// so that nothing is left to do afterwards.
#pragma once

#include "autograd/variable.h"
#include "tensor/random.h"

namespace gradus {

/// x / (1 - rate) where `mask` is not 0, and 0 elsewhere, whatever x is there.
/// The mask is a constant of a shape that broadcasts to that of x. Throws
/// `Error` where it does not, or the rate is not at least 0 and below 1.
Variable dropout(const Variable& x, Scalar rate, const Tensor& mask);
/// The same with a mask drawn from `random`, which drops each element with
/// probability `rate`: the same one at any number of threads. Throws `Error` as
/// above for the rate.
Variable dropout(const Variable& x, Scalar rate, Generator& random);

}  // namespace gradus
