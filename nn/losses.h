// What training minimises. Each is one number: the mean over every element of
// the batch, which for equal-sized samples is the mean over the samples of the
// mean over their features, as Keras defines it.
//
// Every function throws `Error` where the shapes of its arguments differ. The
// loss of no elements is NaN.
#pragma once

#include "autograd/variable.h"

namespace gradus::nn {

/// Binary cross-entropy -t log p - (1 - t) log(1 - p), with p = sigmoid(logit),
/// computed from the logits as max(z, 0) - z t + log(1 + e^-|z|), which neither
/// overflows nor loses digits. Targets lie in [0, 1].
Variable bce_with_logits(const Variable& logits, const Variable& targets);

/// Mean squared error, mean of (x - t)^2.
Variable mse(const Variable& predictions, const Variable& targets);

/// Mean absolute error, mean of |x - t|; the gradient where x = t is 0.
Variable mae(const Variable& predictions, const Variable& targets);

}  // namespace gradus::nn
