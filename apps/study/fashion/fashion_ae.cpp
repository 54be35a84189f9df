#include "apps/study/fashion/fashion_ae.h"

namespace gradus::study {

void run_autoencoder(const FashionTask& task) {
  // 784-256-128-64-16 and back; ends in logits, one a pixel.
  const Layers layers{.sample = task.sets.train_normal.images.shape().without(0),
                      .encoder = {256, 128, 64, 16},
                      .decoder = {64, 128, 256},
                      .activation = Activation::selu};
  Generator random(task.run.seed);
  Autoencoder model(layers, random);
  const auto loss = [&](const optim::Batch& batch) {
    return nn::bce_with_logits(model(batch.inputs), batch.targets);
  };
  run_fashion(task, {.model = model,
                     .layers = layers,
                     .codings = {},
                     .description = "an autoencoder",
                     .objective = "binary cross-entropy",
                     .loss = loss});
}

}  // namespace gradus::study
