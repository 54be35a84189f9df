// Smaller steps once larger ones bring nothing.
#pragma once

#include "optim/fit.h"

namespace gradus::optim {

struct ReduceLROnPlateauOptions {
  double factor = 0.1;           ///< that the learning rate is multiplied by, in (0, 1)
  int patience = 10;             ///< epochs without a better one before it is
  double min_delta = 1e-4;       ///< a better epoch's loss is lower by more than this
  int cooldown = 0;              ///< epochs after it that do not count
  double min_learning_rate = 0;  ///< never below this
};

/// Multiplies the optimizer's learning rate, as Keras does and with its defaults.
/// When is a function of the history, and a Checkpoint keeps the learning rate: a
/// run that is taken up again needs no more.
class ReduceLROnPlateau final : public Callback {
 public:
  /// Keeps a reference to `optimizer`. Throws `Error` for a factor outside (0, 1).
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});
  void on_epoch_end(const History& history) override;

 private:
  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
};

}  // namespace gradus::optim
