#include "optim/reduce_lr_on_plateau.h"

#include <algorithm>

#include "tensor/error.h"

namespace gradus::optim {
namespace {

// Whether the patience ends with the last of these epochs.
bool is_due(const History& history, const ReduceLROnPlateauOptions& options) {
  const EpochLog* best = nullptr;
  int waited = 0, cooldown = 0;
  bool due = false;
  for (const EpochLog& log : history) {
    due = false;
    if (cooldown > 0) --cooldown;
    if (is_better(log, best, options.min_delta)) {
      best = &log;
      waited = 0;
    } else if (cooldown == 0 && ++waited >= options.patience) {
      due = true;
      waited = 0;
      cooldown = options.cooldown;
    }
  }
  return due;
}

}  // namespace

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : optimizer_(optimizer), options_(options) {
  if (options.factor > 0 && options.factor < 1) return;
  fail("[ReduceLROnPlateau] got factor {}, expected a number between 0 and 1", options.factor);
}

void ReduceLROnPlateau::on_epoch_end(const History& history) {
  if (!is_due(history, options_)) return;
  const auto before = static_cast<double>(optimizer_.learning_rate());
  const auto rate = static_cast<Scalar>(before * options_.factor);
  const Scalar least = static_cast<Scalar>(options_.min_learning_rate);
  // A float that would be 0 stays as it is.
  if (rate > 0 && before > options_.min_learning_rate) {
    optimizer_.set_learning_rate(std::max(rate, least));
  }
}

}  // namespace gradus::optim
