// Ctrl-C, and the SIGTERM of a system that shuts down, while a study trains.
//
// Thread safety: every function may be called from any thread.
#pragma once

#include "optim/checkpoint.h"
#include "tensor/error.h"

namespace gradus::study {

/// Thrown where a signal ended a training whose state is saved.
class Interrupted : public Error {
 public:
  explicit Interrupted(int signal);
  /// As a shell has it: 130 for SIGINT, 143 for SIGTERM.
  int status() const { return status_; }

 private:
  int status_;
};

/// The signal that was caught, 0 for none.
int signal_caught();

/// While one lives, the first SIGINT or SIGTERM is caught and does not end the
/// program. A second one ends it at once, as any does while none lives. A signal
/// that was ignored when the program began (nohup, background) stays so.
class CatchSignals {
 public:
  CatchSignals();
  ~CatchSignals();
  CatchSignals(const CatchSignals&) = delete;
  CatchSignals& operator=(const CatchSignals&) = delete;
};

/// Ends a training by a signal: when the step is finished it saves the checkpoint
/// and throws Interrupted.
class Interruption final : public optim::Callback {
 public:
  /// Throws Interrupted where a signal came before. Keeps a reference to `checkpoint`.
  explicit Interruption(optim::Checkpoint& checkpoint);

  void on_batch_end(const optim::History& history, const optim::EpochPart& part) override;
  void on_epoch_settled(const optim::History& history, bool last) override;

 private:
  void stop(const optim::History& history, const optim::EpochPart& part) const;

  const CatchSignals catch_signals_;
  optim::Checkpoint& checkpoint_;
};

}  // namespace gradus::study
