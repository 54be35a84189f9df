// Keeps the weights of the best epoch: the one with the lowest validation loss,
// or training loss where nothing is validated.
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

  /// The best epoch so far, counted from 1; 0 before the first and where every
  /// loss was NaN.
  int epoch() const { return epoch_; }
  double loss() const { return loss_; }

  /// Copies of the best weights by parameter name.
  const std::vector<NamedTensor>& weights() const { return weights_; }
  /// Writes them as safetensors, atomically, with `metadata` (free text by key).
  void save(const std::filesystem::path& path,
            std::map<std::string, std::string> metadata = {}) const;
  /// Puts them back into the parameters.
  void restore();
  /// Takes up an earlier best, from a checkpoint.
  void set(int epoch, double loss, const TensorFile& file, std::string_view prefix);

 private:
  Parameters parameters_;
  std::vector<NamedTensor> weights_;
  int epoch_ = 0;
  double loss_ = 0;
};

}  // namespace gradus::optim
