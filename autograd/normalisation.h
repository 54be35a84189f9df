// Normalisation: each group of elements is shifted and scaled to mean 0 and
// variance 1, then by gamma and beta, which are learned, to whatever suits.
//
// The groups are the rows of x (layer_norm) or its columns (batch_norm), where
// the last dimension counts the features and the others the samples. Mean and
// variance (divided by n, not n - 1) are worked out in double, one pass each. So
// constant features, and groups of one element, give beta and no gradient by x;
// x of no elements gives none, and no gradient by gamma and beta. In float no
// finite x overflows; the derivative in Variables holds squares in Scalars, which
// do beyond 1e19.
#pragma once

#include "autograd/variable.h"

namespace gradus {

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance
/// of each sample over its features: (..., n), (n,) and (n,) to (..., n). Throws
/// `Error` for other shapes and unless epsilon is positive and finite. Ba et al.,
/// Layer Normalization, 2016.
Variable layer_norm(const Variable& x, const Variable& gamma, const Variable& beta, Scalar epsilon);

/// Of each feature over a batch: (n,) each, zeros for a batch of no samples.
struct BatchStatistics {
  Tensor mean, variance;
};

/// The same with mean and variance of each feature over all samples, as in
/// training; they are left in `statistics`, where it is given. Throws `Error` as
/// `layer_norm`. Ioffe & Szegedy, Batch Normalization: Accelerating Deep Network
/// Training by Reducing Internal Covariate Shift, 2015, algorithm 1.
Variable batch_norm(const Variable& x, const Variable& gamma, const Variable& beta, Scalar epsilon,
                    BatchStatistics* statistics = nullptr);

}  // namespace gradus
