// What training minimises, each as one number.
//
// A loss between predictions and targets is the mean over every element of the
// batch, which for equal-sized samples is the mean over the samples of the mean
// over their features, as Keras defines it.
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

/// How far the codings of a variational autoencoder are from standard normal:
/// the Kullback-Leibler divergence of N(mean, exp(log_var)) from N(0, 1),
/// 1/2 (mean^2 + exp(log_var) - 1 - log_var), summed over the features of a
/// sample; the mean over the samples, which the first dimension counts. Throws
/// `Error` for scalars, too. Kingma & Welling, Auto-Encoding Variational Bayes,
/// 2014, appendix B.
Variable gaussian_kl(const Variable& mean, const Variable& log_var);

/// The parts of `gaussian_kl` by feature: (n, d) to (d,), the mean over the
/// samples. A feature near 0 carries nothing. Throws `Error` as `gaussian_kl`.
Tensor gaussian_kl_per_dimension(const Tensor& mean, const Tensor& log_var);

}  // namespace gradus::nn
