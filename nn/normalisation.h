// Layers against overfitting and for faster training, which behave differently
// in training and in evaluation (nn/mode.h), and LayerNorm, which does not.
//
// Names, defaults and the sense of momentum are those of Keras.
#pragma once

#include "nn/module.h"

namespace gradus::nn {

/// In training drops each element with probability `rate` and scales the others
/// by 1 / (1 - rate), with other noise in each call; in evaluation passes its
/// input on. See gradus::dropout.
class Dropout final : public Layer {
 public:
  /// Seeds a generator of its own from `random`, so that layers made from one
  /// generator drop independently. Throws `Error` unless 0 <= rate < 1.
  Dropout(Scalar rate, Generator& random);
  Variable forward(const Variable& x) override;
  void reflect(Reflector& r) override { r("generator", generator_); }

 private:
  Scalar rate_;
  Generator generator_;
};

/// Normalises each sample over its features, in training and evaluation alike:
/// (..., features) to the same. See gradus::layer_norm.
class LayerNorm final : public Layer {
 public:
  /// gamma of ones and beta of zeros. Throws `Error` for less than one feature
  /// and unless epsilon is positive and finite.
  explicit LayerNorm(Index features, Scalar epsilon = Scalar(1e-3));
  Variable forward(const Variable& x) override;
  void reflect(Reflector& r) override;

  Parameter gamma, beta;

 private:
  Scalar epsilon_;
};

/// Normalises each feature: in training over the samples of the batch (see
/// gradus::batch_norm), in evaluation by running averages of what training saw,
///
///   running = momentum running + (1 - momentum) batch,
///
/// as Keras does it: a momentum near 1 is slow, the batch's variance is divided
/// by n. (PyTorch's momentum is 1 minus this one, and it divides by n - 1.) Before
/// any training they are 0 and 1. A batch of no samples leaves them as they are;
/// one of one sample gives beta. A frozen BatchNorm is always evaluated.
class BatchNorm final : public Layer {
 public:
  /// Throws `Error` as LayerNorm, and unless 0 <= momentum < 1.
  explicit BatchNorm(Index features, Scalar momentum = Scalar(0.99), Scalar epsilon = Scalar(1e-3));
  /// (..., features) to the same. Throws `Error` for other shapes.
  Variable forward(const Variable& x) override;
  void reflect(Reflector& r) override;

  Parameter gamma, beta;
  Buffer running_mean, running_variance;

 private:
  void follow(Buffer& running, const Tensor& batch) const;

  Scalar momentum_, epsilon_;
};

}  // namespace gradus::nn
