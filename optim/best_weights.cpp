#include "optim/best_weights.h"

namespace gradus::optim {

BestWeights::BestWeights(Parameters parameters)
    : parameters_(std::move(parameters)), weights_(tensors_of(parameters_)) {
  for (NamedTensor& w : weights_) w.value = w.value.clone();
}

void BestWeights::on_epoch_end(const History& history) {
  const double loss = history.back().monitored();
  if (!(epoch_ == 0 ? loss == loss : loss < loss_)) return;  // NaN is never the best
  epoch_ = history.back().epoch;
  loss_ = loss;
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

void BestWeights::set(int epoch, double loss, const TensorFile& file, std::string_view prefix) {
  copy_tensors(file, prefix, weights_);
  epoch_ = epoch;
  loss_ = loss;
}

}  // namespace gradus::optim
