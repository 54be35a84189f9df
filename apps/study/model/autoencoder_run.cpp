#include "apps/study/model/autoencoder_run.h"

namespace gradus::study {

RunResult train_autoencoder(const Run& run, Autoencoder& model, const Layers& layers,
                            const Objective& objective, const TrainingSamples& samples) {
  optim::Adam optimizer(model.parameters(), {.learning_rate = run.options.learning_rate});
  const auto loss = [&](const optim::Batch& batch) {
    return objective.loss(model(batch.inputs), batch.targets);
  };
  Training training =
      train(run, optimizer, {samples.train, samples.train}, {samples.valid, samples.valid}, loss);
  const double seconds = training.seconds();
  return {.run = run,
          .method = "Adam, " + objective.name,
          .loss = objective.name,
          .parameters = model.parameter_count(),
          .summary = nn::summary(model, layers.sample),
          .training = std::move(training),
          .seconds = {.load = samples.load_seconds, .train = seconds}};
}

}  // namespace gradus::study
