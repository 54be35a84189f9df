// Training an autoencoder to reproduce its samples: what the smaller studies are
// made of.
//
// Thread safety: as study::train.
#pragma once

#include <string>

#include "apps/study/model/autoencoder.h"
#include "apps/study/run/run_result.h"

namespace gradus::study {

/// What is minimised between the outputs and the samples.
struct Objective {
  Variable (*loss)(const Variable& outputs, const Variable& samples);
  std::string name;  ///< for people: "mean squared error"
};

/// The samples (n, ...) that a study trains and validates on.
struct TrainingSamples {
  const Tensor& train;
  const Tensor& valid;
  double load_seconds = 0;  ///< that loading it took
};

/// Trains `model`, made of `layers`, on the samples with Adam (see study::train).
RunResult train_autoencoder(const Run& run, Autoencoder& model, const Layers& layers,
                            const Objective& objective, const TrainingSamples& samples);

}  // namespace gradus::study
