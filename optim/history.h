// What a training run was like, epoch by epoch.
#pragma once

#include <optional>
#include <vector>

namespace gradus::optim {

struct EpochLog {
  int epoch = 0;                        ///< counted from 1
  double loss = 0;                      ///< mean over the epoch's samples, as they were trained on
  std::optional<double> val_loss = {};  ///< mean over the validation samples, after the epoch
  double seconds = 0;                   ///< training and validation together

  /// What tells a good epoch: the validation loss, or where there is none the loss.
  double monitored() const { return val_loss.value_or(loss); }
};

using History = std::vector<EpochLog>;

}  // namespace gradus::optim
