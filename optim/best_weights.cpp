#include "optim/best_weights.h"

namespace gradus::optim {

BestWeights::BestWeights(Parameters parameters)
    : parameters_(std::move(parameters)), weights_(tensors_of(parameters_)) {
  for (NamedTensor& w : weights_) w.value = w.value.clone();
}

void BestWeights::on_epoch_end(const History& history) {
  if (best_epoch(history) != history.back().epoch) return;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    weights_[i].value.copy_from(parameters_[i].variable.value());
  }
}

void BestWeights::save(const std::filesystem::path& path,
                       std::map<std::string, std::string> metadata) const {
  save_tensors(path, {weights_, std::move(metadata)});
}

void BestWeights::restore() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    parameters_[i].variable.mutable_value().copy_from(weights_[i].value);
  }
}

}  // namespace gradus::optim
