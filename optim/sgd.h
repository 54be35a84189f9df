// Stochastic gradient descent, with momentum.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

struct SgdOptions {
  Scalar learning_rate = Scalar(0.01);
  Scalar momentum = 0;    ///< how much of the last velocity stays, in [0, 1)
  bool nesterov = false;  ///< look ahead along the velocity (Sutskever et al., 2013)
};

/// v = momentum v - learning_rate g;  p += v, or with nesterov
/// p += momentum v - learning_rate g, as Keras defines both.
class SGD final : public Optimizer {
 public:
  /// Throws `Error` for a momentum outside [0, 1), and for nesterov without one.
  explicit SGD(Parameters parameters, SgdOptions options = {});

 private:
  void update(const Chunk& chunk) const override;
  SgdOptions options_;
};

}  // namespace gradus::optim
