#include "apps/study/fashion/fashion_vae.h"

#include "apps/study/fashion/codings.h"
#include "apps/study/model/variational_autoencoder.h"

namespace gradus::study {

void run_variational_autoencoder(const FashionTask& task, bool kl) {
  constexpr Index kCodings = 16;
  constexpr std::uint64_t kNoiseStream = 2;  // of a run's seed

  // 784-256-128-64, two heads of 16, a draw, 64-128-256-784; ends in logits.
  const Layers layers{.sample = task.sets.train_normal.images.shape().without(0),
                      .encoder = {256, 128, 64},
                      .decoder = {64, 128, 256},
                      .activation = Activation::selu};
  Generator random(task.run.seed);
  VariationalAutoencoder model(layers, kCodings, random, Generator(task.run.seed, kNoiseStream));
  const auto pixels = static_cast<Scalar>(layers.sample.numel());
  const auto loss = [&](const optim::Batch& batch) {
    const auto [mean, log_var, coding] = model.encoder(batch.inputs);
    const Variable reconstruction = nn::bce_with_logits(model.decoder(coding), batch.targets);
    return kl ? reconstruction + nn::gaussian_kl(mean, log_var) / pixels : reconstruction;
  };
  run_fashion(task,
              {.model = model,
               .layers = layers,
               .codings = kCodings,
               .description = "a variational autoencoder",
               .objective = kl ? "binary cross-entropy + KL / pixels" : "binary cross-entropy",
               .loss = loss,
               .more = [&](Page& page) { add_codings(page, task.run, task.sets, model); }});
}

}  // namespace gradus::study
