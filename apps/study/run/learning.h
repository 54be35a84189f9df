// Learning gone wrong without a NaN: units that no longer learn, a loss that does
// not fall. (A NaN ends the training: optim::TerminateOnNaN.)
//
// Thread safety: a watch belongs to one training; the rest has no state.
#pragma once

#include <string>
#include <vector>

#include "optim/fit.h"
#include "optim/optimizer.h"

namespace gradus::study {

/// Tells which hidden units got no gradient in any step of an epoch, as those do
/// whose ReLU is 0 for every sample: a unit's bias then has the gradient 0.
class IdleUnits final : public optim::Callback {
 public:
  /// Of all layers with a bias but the last, the output.
  explicit IdleUnits(const optim::Optimizer& optimizer);

  void on_batch_end(const optim::History& history, const optim::EpochPart& part) override;
  void on_epoch_end(const optim::History& history) override;
  std::vector<NamedTensor> state() const override;

  /// Of a layer's `units`, those that were idle in the last epoch, the first of
  /// them ever since the epoch `since`.
  struct Count {
    std::string layer;
    std::ptrdiff_t idle, units;
    int since;
  };
  /// Of the layers that have any.
  std::vector<Count> counts() const;

 private:
  struct Layer {
    NamedParameter bias;
    Tensor learned;  // (units): 1 for those that got a gradient in this epoch
    Tensor since;    // (units): the first of the epochs in a row without any; 0: none
  };
  std::vector<Layer> layers_;
};

/// "2 of 16 in encoder.dense_1 (the first since epoch 3)", for people; empty where
/// all units learn.
std::string idle_units(const IdleUnits& idle);

/// What went wrong in a training that came to its end: since which epoch, and
/// what the likely cause is: layers that lost nine of ten units, a loss that does not
/// fall or rises. A sentence each, none where all is well.
std::vector<std::string> learning_warnings(const optim::History& history, const IdleUnits& idle);

}  // namespace gradus::study
