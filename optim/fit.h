// The training loop.
//
// `fit` minimises a function of a batch; it knows the optimizer and the data,
// no model. So a loss may be anything that ends in one number:
//
//   fit(optimizer, {images, images}, [&](const Batch& batch) {
//     return nn::bce_with_logits(model(batch.inputs), batch.targets);
//   }, {.epochs = 10, .batch_size = 128});
//
// Thread safety: one thread calls fit; the kernels below it use several.
#pragma once

#include <functional>
#include <vector>

#include "optim/history.h"
#include "optim/optimizer.h"

namespace gradus::optim {

/// Samples along the first dimension. For an autoencoder both are one tensor.
struct Dataset {
  Tensor inputs, targets;
};

struct Batch {
  Variable inputs, targets;
};

/// The mean loss of a batch, as a Variable of one element.
using LossFunction = std::function<Variable(const Batch&)>;

/// How much of an epoch is trained.
struct EpochPart {
  Index batches = 0, samples = 0;
  double sum = 0;      ///< of the samples' losses
  double seconds = 0;  ///< that it took

  double loss() const { return sum / static_cast<double>(samples); }
};

/// What `fit` is about to do.
struct FitPlan {
  int first_epoch = 1;  ///< above 1 in a run that is taken up again
  int epochs = 1;       ///< the last epoch
  Index batches = 0;    ///< in each epoch
  EpochPart part = {};  ///< what is trained of the first one already
};

/// Told of what happens. Each function may throw to end the training.
class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin(const FitPlan&) {}
  /// `part` of the epoch that follows those in `history`.
  virtual void on_batch_end(const History& /*history*/, const EpochPart& /*part*/) {}
  /// The epoch that ended is the last in `history`.
  virtual void on_epoch_end(const History&) {}
  /// Whether training is to end after these epochs.
  virtual bool stops(const History&) const { return false; }
  /// All callbacks were told of the epoch: what they change is changed. `last`: none follows.
  virtual void on_epoch_settled(const History&, bool /*last*/) {}
  virtual void on_train_end(const History&) {}

  /// What it must know to go on after a stop, beside the history: for a checkpoint,
  /// which copies elements out of these tensors and into them.
  virtual std::vector<NamedTensor> state() const { return {}; }
};

struct FitOptions {
  int epochs = 1;                         ///< the number of the last epoch
  Index batch_size = 32;                  ///< samples a step; the last batch may have fewer
  bool shuffle = true;                    ///< a new random order in each epoch
  std::uint64_t seed = 0;                 ///< of the orders; each depends on it and the epoch alone
  Dataset validation = {};                ///< not trained on; may be empty
  std::vector<Callback*> callbacks = {};  ///< not owned; called in this order
  History history = {};                   ///< epochs done before, when a run is taken up again
  EpochPart part = {};                    ///< likewise, of the epoch that it was stopped in
};

/// Trains and returns the history, that of earlier epochs included. Throws
/// `Error` where the data is empty, inputs and targets differ in number, or an
/// option makes no sense.
History fit(Optimizer& optimizer, const Dataset& data, const LossFunction& loss,
            FitOptions options);

/// The mean loss over all samples, in batches and without recording a graph;
/// NaN where there are none. Throws `Error` where inputs and targets differ in
/// number or `batch_size` is below 1.
double evaluate(const Dataset& data, const LossFunction& loss, Index batch_size);

}  // namespace gradus::optim
