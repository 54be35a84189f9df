// The variational autoencoder of the Fashion-MNIST studies.
#pragma once

#include "apps/study/fashion/fashion_run.h"

namespace gradus::study {

/// Trains it on the task's normal images, judges it and writes the run, with
/// pictures of its codings. With `kl` the loss has the KL term, divided by the
/// number of pixels.
void run_variational_autoencoder(const FashionTask& task, bool kl);

}  // namespace gradus::study
