// The autoencoder of the Fashion-MNIST studies.
#pragma once

#include "apps/study/fashion/fashion_run.h"

namespace gradus::study {

/// Trains it on the task's normal images, judges it and writes the run.
void run_autoencoder(const FashionTask& task);

}  // namespace gradus::study
