// A training run on the terminal.
#pragma once

#include <chrono>
#include <cstdio>

#include "optim/fit.h"

namespace gradus::optim {

/// On a terminal a bar for each epoch, as Keras draws it, with the losses and
/// the time left of the whole run; elsewhere one plain line an epoch.
class ProgressBar final : public Callback {
 public:
  explicit ProgressBar(std::FILE* stream = stderr);
  /// Ends the line of an epoch that was left in the middle.
  ~ProgressBar() override;
  void on_train_begin(const FitPlan& plan) override;
  void on_batch_end(const History& history, const EpochPart& part) override;
  void on_epoch_end(const History& history) override;

 private:
  using Clock = std::chrono::steady_clock;
  double seconds_left(double epochs_done) const;

  std::FILE* stream_;
  bool terminal_;
  bool in_line_ = false;
  FitPlan plan_;
  int epoch_ = 1;
  Clock::time_point begin_, last_drawn_;
};

}  // namespace gradus::optim
