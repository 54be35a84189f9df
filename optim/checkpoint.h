// A training run in a file, so that it can be taken up again to the same bits.
//
// The file holds all that the optimizer was given, which should be all of
// model.parameters(): weights, frozen ones too, and buffers. It holds the
// optimizer's moments, step and learning rate, the state of callbacks, the
// history, how much of an epoch is trained, and where the generators of the model
// stand. Shuffles depend on the seed and the epoch alone, so nothing more is
// needed. It is replaced atomically: a run that is killed leaves its last complete
// checkpoint.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "optim/fit.h"
#include "tensor/random.h"

namespace gradus::optim {

inline constexpr int kMostEpochs = 100'000;  ///< of which a file has room for the losses

struct CheckpointOptions {
  /// Epochs from one file to the next; 0: a file whenever `every_seconds` have passed.
  int every_epochs = 0;
  double every_seconds = 5;
};

class Checkpoint final : public Callback {
 public:
  /// `settings` is what a run that goes on must have in common with the one
  /// that was stopped: the data, the seed, the batch size and so on. `generators`
  /// are those that the loss draws from (nn::Module::generators()), filling
  /// tensors: what Generator::bits has left of a group is not kept. `callbacks` are
  /// those that have a state(). A file is written after the first and the last epoch,
  /// and in between as the options say. Keeps references to the optimizer, the
  /// callbacks and the generators.
  Checkpoint(std::filesystem::path path, Optimizer& optimizer, std::vector<Callback*> callbacks,
             std::map<std::string, std::string> settings,
             std::vector<NamedGenerator> generators = {}, CheckpointOptions options = {});

  /// Reads the file into the optimizer, its parameters, the callbacks and the
  /// generators, and the epochs that are done into `options`. Throws `Error` where
  /// the file is damaged or has NaN in a tensor, or a setting or the name, seed or
  /// stream of a generator differs, naming it; everything then is as it was.
  void restore(FitOptions& options);
  /// Writes the file now. Throws `Error`, naming it; the one before then stays.
  void save(const History& history, const EpochPart& part = {}) const;

  /// Throws `Error` for more than kMostEpochs.
  void on_train_begin(const FitPlan& plan) override;
  void on_epoch_settled(const History& history, bool last) override;

 private:
  std::vector<NamedTensor> tensors() const;

  std::filesystem::path path_;
  Optimizer& optimizer_;
  std::vector<Callback*> callbacks_;
  std::map<std::string, std::string> settings_;
  std::vector<NamedGenerator> generators_;
  CheckpointOptions options_;
  std::chrono::steady_clock::time_point last_save_;
};

}  // namespace gradus::optim
