// Adam: momentum, and steps scaled by a running root mean square.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

struct AdamOptions {
  Scalar learning_rate = Scalar(0.001);
  Scalar beta1 = Scalar(0.9);     ///< how much of the mean stays, in [0, 1)
  Scalar beta2 = Scalar(0.999);   ///< how much of the mean square stays, in [0, 1)
  Scalar epsilon = Scalar(1e-7);  ///< keeps the quotient finite
};

/// m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
/// p -= learning_rate m' / (sqrt(v') + epsilon),
/// with m' = m / (1 - beta1^t) and v' = v / (1 - beta2^t).
/// Kingma & Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 1;
/// defaults as in Keras.
class Adam final : public Optimizer {
 public:
  /// Throws `Error` for a beta outside [0, 1) or an epsilon not positive and finite.
  explicit Adam(Parameters parameters, AdamOptions options = {});

 private:
  void begin_step() override;
  void update(const Chunk& chunk) const override;
  AdamOptions options_;
  Scalar mean_correction_ = 1, root_correction_ = 1;
};

}  // namespace gradus::optim
