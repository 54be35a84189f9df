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

/// Whether an epoch is better than the best before it (null: none): its monitored
/// loss is lower by more than `min_delta`. NaN never is.
inline bool is_better(const EpochLog& log, const EpochLog* best, double min_delta = 0) {
  const double loss = log.monitored();
  return best ? loss < best->monitored() - min_delta : loss == loss;
}

/// The number of the best epoch, 0 where there is none.
inline int best_epoch(const History& history, double min_delta = 0) {
  const EpochLog* best = nullptr;
  for (const EpochLog& log : history) {
    if (is_better(log, best, min_delta)) best = &log;
  }
  return best ? best->epoch : 0;
}

}  // namespace gradus::optim
