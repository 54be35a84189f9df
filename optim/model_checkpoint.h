// Weights in a file while a model trains.
#pragma once

#include <filesystem>
#include <utility>

#include "optim/fit.h"

namespace gradus::optim {

struct ModelCheckpointOptions {
  bool save_best_only = false;  ///< after the best epoch so far (best_epoch), not after each
};

/// Writes the parameters and buffers of model.parameters() as safetensors, each
/// time atomically, and after an epoch alone. Weights are not enough to go on
/// with a training to the same bits: that takes a Checkpoint.
class ModelCheckpoint final : public Callback {
 public:
  ModelCheckpoint(std::filesystem::path path, Parameters parameters,
                  ModelCheckpointOptions options = {})
      : path_(std::move(path)), parameters_(std::move(parameters)), options_(options) {}

  void on_epoch_end(const History& history) override {
    if (options_.save_best_only && best_epoch(history) != history.back().epoch) return;
    save_tensors(path_, {tensors_of(parameters_), {}});
  }

 private:
  std::filesystem::path path_;
  Parameters parameters_;
  ModelCheckpointOptions options_;
};

}  // namespace gradus::optim
