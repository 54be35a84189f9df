// RMSprop: steps scaled by a running root mean square of the gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

struct RmspropOptions {
  Scalar learning_rate = Scalar(0.001);
  Scalar rho = Scalar(0.9);       ///< how much of the mean square stays, in [0, 1)
  Scalar epsilon = Scalar(1e-7);  ///< keeps the quotient finite
};

/// v = rho v + (1 - rho) g^2;  p -= learning_rate g / (sqrt(v) + epsilon)
/// Tieleman & Hinton, Neural Networks for Machine Learning, lecture 6e, 2012;
/// defaults as in Keras.
class RMSprop final : public Optimizer {
 public:
  /// Throws `Error` for a rho outside [0, 1) or an epsilon not positive and finite.
  explicit RMSprop(Parameters parameters, RmspropOptions options = {});

 private:
  void update(const Chunk& chunk) const override;
  RmspropOptions options_;
};

}  // namespace gradus::optim
