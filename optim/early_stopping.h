// Ends a training that gets no better.
#pragma once

#include "optim/best_weights.h"

namespace gradus::optim {

struct EarlyStoppingOptions {
  int patience = 0;             ///< epochs without a better one before it ends
  double min_delta = 0;         ///< a better epoch's loss is lower by more than this
  BestWeights* best = nullptr;  ///< put back when training ends, unless by an exception; null: none
};

/// Stops once `patience` epochs have passed since the best one. What it knows is
/// the history; `best`, a callback of its own where a checkpoint is to keep it, is told
/// of every epoch here, too.
class EarlyStopping final : public Callback {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {}) : options_(options) {}

  bool stops(const History& history) const override {
    const int since = static_cast<int>(history.size()) - best_epoch(history, options_.min_delta);
    return since > 0 && since >= options_.patience;
  }
  void on_epoch_end(const History& history) override {
    if (options_.best) options_.best->on_epoch_end(history);
  }
  void on_train_end(const History&) override {
    if (options_.best) options_.best->restore();
  }

 private:
  EarlyStoppingOptions options_;
};

}  // namespace gradus::optim
