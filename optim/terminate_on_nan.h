// Ends a training that cannot recover.
#pragma once

#include <cmath>

#include "optim/fit.h"
#include "tensor/error.h"

namespace gradus::optim {

/// Throws `Error`, naming epoch and step, where a loss is NaN or infinite. In the
/// first step of all, before any weight has changed, that is the data's fault;
/// later as a rule the steps were too large.
class TerminateOnNaN final : public Callback {
 public:
  void on_batch_end(const History& history, const EpochPart& part) override {
    if (std::isfinite(part.sum)) return;
    const bool first = history.empty() && part.batches == 1;
    stop("loss", part.sum, static_cast<int>(history.size()) + 1,
         fmt::format(", step {}; {}", part.batches,
                     first ? "look for NaN or infinity in the data" : kSmaller));
  }
  void on_epoch_end(const History& history) override {
    const EpochLog& log = history.back();
    if (std::isfinite(log.monitored())) return;
    stop("val_loss", log.monitored(), log.epoch, fmt::format("; {}", kSmaller));
  }

 private:
  static constexpr const char* kSmaller = "try a smaller learning rate";

  [[noreturn]] static void stop(const char* what, double loss, int epoch, const std::string& rest) {
    fail("[training] the {} became {} in epoch {}{}", what,
         std::isnan(loss) ? std::abs(loss) : loss, epoch, rest);  // never "-nan"
  }
};

}  // namespace gradus::optim
