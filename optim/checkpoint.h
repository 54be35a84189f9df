// A training run in a file, so that it can be taken up again to the same bits.
//
// The file holds all that the optimizer was given, which should be all of
// model.parameters(): weights, frozen ones too, and buffers. It holds the
// optimizer's moments and step, the best weights, the history, and where the
// generators of the model stand. Shuffles depend on the seed and the epoch
// alone, so nothing more is needed. It is replaced atomically: a run that is
// killed leaves its last complete checkpoint.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "optim/best_weights.h"
#include "optim/fit.h"
#include "tensor/random.h"

namespace gradus::optim {

class Checkpoint final : public Callback {
 public:
  /// `settings` is what a run that goes on must have in common with the one
  /// that was stopped: the data, the seed, the batch size and so on. `generators`
  /// are those that the loss draws from (nn::Module::generators()), filling
  /// tensors: what Generator::bits has left of a group is not kept. A file is
  /// written after the first and the last epoch, and in between when
  /// `every_seconds` have passed. Keeps references to `optimizer`, `best` and
  /// the generators.
  Checkpoint(std::filesystem::path path, Optimizer& optimizer, BestWeights& best,
             std::map<std::string, std::string> settings,
             std::vector<NamedGenerator> generators = {}, double every_seconds = 5);

  /// Reads the file into the optimizer, its parameters, `best` and the
  /// generators, and returns the history for FitOptions. Throws `Error` where the
  /// file is damaged or has NaN in a tensor, or a setting or the name, seed or
  /// stream of a generator differs, naming it; everything then is as it was.
  History restore();

  void on_train_begin(const FitPlan& plan) override;
  void on_epoch_end(const History& history) override;

 private:
  void save(const History& history) const;

  std::filesystem::path path_;
  Optimizer& optimizer_;
  BestWeights& best_;
  std::map<std::string, std::string> settings_;
  std::vector<NamedGenerator> generators_;
  std::chrono::duration<double> interval_;
  std::chrono::steady_clock::time_point last_save_;
  FitPlan plan_;
};

}  // namespace gradus::optim
