// Ends a training that cannot recover.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "optim/fit.h"
#include "tensor/error.h"

namespace gradus::optim {

/// Where a loss became NaN or infinite, and the losses up to there.
struct LossesUntil {
  double value = 0;
  int epoch = 0;                   ///< in which it began
  Index step = 0;                  ///< likewise; 0: in the validation after the epoch
  History history = {};            ///< up to there
  std::vector<double> steps = {};  ///< the losses of the last steps before, all in `epoch`
  Index first_step = 1;            ///< of those; above 1 where training was taken up within it

  /// In the first step of all no weight has changed yet: that is the data's fault.
  bool is_of_data() const { return epoch == 1 && step == 1; }
};

class NonFiniteLoss : public Error {
 public:
  NonFiniteLoss(const std::string& what, LossesUntil until_then)
      : Error(what), until(std::move(until_then)) {}

  const LossesUntil until;
};

/// Throws NonFiniteLoss, naming epoch and step, where a loss is NaN or infinite. In the
/// first step of all, before any weight has changed, that is the data's fault;
/// later as a rule the steps were too large.
class TerminateOnNaN final : public Callback {
 public:
  void on_train_begin(const FitPlan& plan) override {
    before_ = plan.part;
    first_step_ = plan.part.batches + 1;
  }
  void on_batch_end(const History& history, const EpochPart& part) override {
    if (!std::isfinite(part.sum)) stop(part.sum, history, part.batches);
    if (part.batches == 1) begin_epoch();
    steps_.push_back((part.sum - before_.sum) /
                     static_cast<double>(part.samples - before_.samples));
    before_ = part;
  }
  void on_epoch_end(const History& history) override {
    if (!std::isfinite(history.back().monitored())) stop(history.back().monitored(), history, 0);
    before_ = {};
  }

 private:
  void begin_epoch() {
    steps_.clear();
    first_step_ = 1;
  }
  [[noreturn]] void stop(double value, const History& history, Index step) {
    if (step == 1) begin_epoch();
    if (std::isnan(value)) value = std::abs(value);  // never "-nan"
    const int epoch = static_cast<int>(history.size()) + (step > 0 ? 1 : 0);
    LossesUntil until{value, epoch, step, history, std::move(steps_), first_step_};
    throw NonFiniteLoss(
        fmt::format("[training] the {} became {} in epoch {}{}; {}", step > 0 ? "loss" : "val_loss",
                    value, epoch, step > 0 ? fmt::format(", step {}", step) : "",
                    until.is_of_data() ? "look for NaN or infinity in the data"
                                       : "try a smaller learning rate"),
        std::move(until));
  }

  EpochPart before_;           // at the end of the step before
  std::vector<double> steps_;  // the losses of the epoch's steps, from this one on
  Index first_step_ = 1;
};

}  // namespace gradus::optim
