// What training minimises, each as one number.
//
// softmax_cross_entropy and gaussian_kl are sums over a sample's features, and the
// mean of them over the samples. The others are the mean over every element of
// the batch: over the samples the mean of the mean over features, as in Keras.
//
// Every function throws `Error` where the shapes of its arguments differ. The
// loss of no elements is NaN.
#pragma once

#include <span>

#include "autograd/variable.h"

namespace gradus::nn {

/// Binary cross-entropy -t log p - (1 - t) log(1 - p), with p = sigmoid(logit),
/// computed from the logits as max(z, 0) - z t + log(1 + e^-|z|), which neither
/// overflows nor loses digits. Targets lie in [0, 1].
Variable bce_with_logits(const Variable& logits, const Variable& targets);

/// Binary cross-entropy of probabilities, for models that end in a sigmoid; from
/// logits, `bce_with_logits` loses no digits. As in PyTorch, logarithms count as
/// at least -100, so a sure and wrong prediction costs 100 and not infinity, and
/// 1 / p in the gradient as at most 1e12. Outside [0, 1] the loss is NaN.
Variable binary_cross_entropy(const Variable& probabilities, const Variable& targets);

/// Mean squared error, mean of (x - t)^2.
Variable mse(const Variable& predictions, const Variable& targets);

/// Mean absolute error, mean of |x - t|; the gradient where x = t is 0.
Variable mae(const Variable& predictions, const Variable& targets);

/// Squared error near the target, absolute error far from it, so that outliers
/// pull no harder than `delta`: the mean of e^2 / 2 where |e| <= delta, else of
/// delta (|e| - delta / 2), with e = x - t. Throws `Error` unless delta is above
/// 0. Huber, Robust Estimation of a Location Parameter, 1964.
Variable huber(const Variable& predictions, const Variable& targets, Scalar delta = 1);

/// The cross-entropy of classes, -sum of t log(softmax(z)), for logits z and
/// targets t of one shape (n, classes); the mean over the n samples. A row of
/// targets is one-hot or holds probabilities. A class of target 0 costs nothing,
/// even where its logit is -inf. Throws `Error` for other ranks, too.
Variable softmax_cross_entropy(const Variable& logits, const Variable& targets);
/// The same with the number of each sample's class. Throws `Error` where there
/// are not n numbers from 0 to classes - 1.
Variable softmax_cross_entropy(const Variable& logits, std::span<const Index> classes);

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
