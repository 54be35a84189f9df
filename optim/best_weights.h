// Keeps the weights of the best epoch: the one with the lowest validation loss,
// or training loss where nothing is validated (best_epoch).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "optim/fit.h"

namespace gradus::optim {

class BestWeights final : public Callback {
 public:
  /// Of the parameters and buffers of model.parameters().
  explicit BestWeights(Parameters parameters);
  void on_epoch_end(const History& history) override;
  std::vector<NamedTensor> state() const override { return weights_; }

  /// Copies of the best weights by parameter name; before the first epoch of the
  /// first weights.
  const std::vector<NamedTensor>& weights() const { return weights_; }
  /// Writes them as safetensors, atomically, with `metadata` (free text by key).
  void save(const std::filesystem::path& path,
            std::map<std::string, std::string> metadata = {}) const;
  /// Puts them back into the parameters.
  void restore();

 private:
  Parameters parameters_;
  std::vector<NamedTensor> weights_;
};

}  // namespace gradus::optim
