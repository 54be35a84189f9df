// Training as the studies do it: progress on the terminal, checkpoints, the best
// weights kept, and a clear end where learning breaks down.
//
// Thread safety: one training at a time.
#pragma once

#include <map>
#include <string>

#include "apps/study/options.h"
#include "apps/study/run_folder.h"
#include "optim/optim.h"

namespace gradus::study {

struct Training {
  optim::History history;
  int best_epoch = 0;
  double best_val_loss = 0;

  const optim::EpochLog& last() const { return history.back(); }
  double seconds() const;
};

/// Trains for `options.epochs` epochs and leaves `best.safetensors` in `folder`.
/// Goes on from the folder's checkpoint where `options.resume` says so.
/// `settings` tells this run from others, beside the seed, batch size and
/// learning rate (see optim::Checkpoint). Throws `Error`, naming the epoch,
/// where the loss is not finite.
Training train(optim::Optimizer& optimizer, const optim::Dataset& data,
               const optim::Dataset& validation, const optim::LossFunction& loss,
               const StudyOptions& options, std::uint64_t seed, const RunFolder& folder,
               std::map<std::string, std::string> settings);

/// `history.csv`: epoch, loss, val_loss, seconds.
std::string history_csv(const optim::History& history);

}  // namespace gradus::study
