// The training steps of the studies, as benchmarks run them.
//
// Thread safety: a workload belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "optim/optimizer.h"

namespace gradus::bench {

/// A dense layer, for the matrix products it takes.
struct LayerShape {
  Index in, out;
  bool reads_data = false;  ///< the first one: nothing asks for its input's gradient
};

struct Workload {
  std::string name;                                      ///< "ae"
  Index batch = 0;                                       ///< samples a step
  std::vector<LayerShape> layers = {};                   ///< in the order of forward
  Parameters parameters = {};                            ///< weight and bias of each
  std::shared_ptr<optim::Optimizer> optimizer = {};      ///< of these
  std::function<Variable(const Variable& x)> loss = {};  ///< of a batch (batch, features)

  Index features() const { return layers.front().in; }
  /// Forward, loss, backward, optimizer.
  void step(const Variable& x) const;
};

/// An autoencoder with SELU layers of those units, trained as ae_fashion's by binary
/// cross-entropy and RMSprop.
Workload autoencoder(Index batch, const std::vector<Index>& units);

/// Those of ae_fashion, vae_fashion, ae_digits, ae_basic and ae_ecg: their sizes,
/// losses and optimizers.
std::vector<Workload> workloads();

}  // namespace gradus::bench
