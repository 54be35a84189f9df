// Training as the studies do it: progress on the terminal, checkpoints, the best
// weights kept, and a clear end where learning breaks down.
//
// Thread safety: trainings on several threads do not touch each other.
#pragma once

#include <string>
#include <vector>

#include "apps/study/run/run.h"
#include "optim/optim.h"

namespace gradus::study {

struct Training {
  optim::History history;
  int best_epoch = 0;
  double best_val_loss = 0;
  std::vector<std::string> warnings = {};  ///< of learning gone wrong (learning_warnings)
  std::string idle_units = {};             ///< likewise, where a few are no harm (idle_units)

  const optim::EpochLog& last() const { return history.back(); }
  double seconds() const;
};

/// Trains for `run.options.epochs` epochs and leaves `best.safetensors` in the
/// run's folder. With `run.options.resume` goes on from the folder's checkpoint,
/// where there is one. `generators` are those that the loss draws from (see
/// optim::Checkpoint). Throws `Error`, naming the epoch, where the loss is not
/// finite, and where the checkpoint of a finished run is gone; Interrupted after a
/// signal (see Interruption).
Training train(const Run& run, optim::Optimizer& optimizer, const optim::Dataset& data,
               const optim::Dataset& validation, const optim::LossFunction& loss,
               std::vector<NamedGenerator> generators = {});

}  // namespace gradus::study
