// Training as the studies do it: progress on the terminal, checkpoints, the best
// weights kept, and a clear end where learning breaks down.
//
// Thread safety: trainings on several threads do not touch each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/study/run.h"
#include "optim/optim.h"

namespace gradus::study {

struct Training {
  optim::History history;
  int best_epoch = 0;
  double best_val_loss = 0;

  const optim::EpochLog& last() const { return history.back(); }
  double seconds() const;
};

/// Trains for `run.options.epochs` epochs and leaves `best.safetensors` in the
/// run's folder. Goes on from the folder's checkpoint where `run.resume` says so.
/// `settings` tells this run from others, beside the seed, batch size
/// and learning rate; `generators` are those that the loss draws from (see
/// optim::Checkpoint for both). Throws `Error`, naming the epoch, where the loss
/// is not finite, and where there is no such checkpoint.
Training train(const Run& run, optim::Optimizer& optimizer, const optim::Dataset& data,
               const optim::Dataset& validation, const optim::LossFunction& loss,
               std::map<std::string, std::string> settings,
               std::vector<NamedGenerator> generators = {});

/// `history.csv`: epoch, loss, val_loss, seconds.
std::string history_csv(const optim::History& history);

}  // namespace gradus::study
