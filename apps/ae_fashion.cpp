// Anomaly detection on Fashion-MNIST with an autoencoder.
//
// The autoencoder is trained on images of the normal classes alone. It then
// reconstructs what it knows well and what it has never seen badly, so the
// reconstruction error tells normal from abnormal clothes.
#include <fmt/format.h>

#include "apps/study/classes.h"
#include "apps/study/fashion_run.h"
#include "apps/study/program.h"
#include "apps/study/stopwatch.h"
#include "nn/nn.h"
#include "optim/optim.h"

namespace {

using namespace gradus;

// 784-256-128-64-16 and back, SELU between; ends in logits, one a pixel.
struct Autoencoder : nn::Module {
  nn::Sequential encoder, decoder;

  Autoencoder(const Shape& image, Generator& random)
      : encoder{nn::Flatten(), nn::Dense(image.numel(), 256, Activation::selu, random),
                nn::Dense(256, 128, Activation::selu, random),
                nn::Dense(128, 64, Activation::selu, random),
                nn::Dense(64, 16, Activation::selu, random)},
        decoder{nn::Dense(16, 64, Activation::selu, random),
                nn::Dense(64, 128, Activation::selu, random),
                nn::Dense(128, 256, Activation::selu, random),
                nn::Dense(256, image.numel(), Activation::linear, random), nn::Reshape(image)} {}

  void reflect(nn::Reflector& r) override {
    r("encoder", encoder);
    r("decoder", decoder);
  }
  Variable forward(const Variable& x) override { return decoder(encoder(x)); }
};

struct Options : study::StudyOptions {
  std::vector<int> normal{5, 7, 9}, abnormal{4};
};

void run(const Options& options, const study::FashionMnist& data, double load_seconds,
         std::uint64_t seed, const study::RunFolder& folder) {
  const study::FashionSets sets = study::fashion_sets(data, options.normal, options.abnormal, seed);

  Generator random(seed);
  const Shape image{data.train.rows, data.train.columns};
  Autoencoder model(image, random);
  optim::RMSprop optimizer(model.parameters(), {.learning_rate = options.learning_rate});

  const auto loss = [&](const optim::Batch& batch) {
    return nn::bce_with_logits(model(batch.inputs), batch.targets);
  };
  const study::Reconstruct reconstruct = [&](const Tensor& images) {
    const NoGrad no_grad;
    return sigmoid(model(Variable(images))).value();
  };

  const Tensor& normal = sets.train_normal.images;
  const Tensor& valid = sets.valid_normal.images;
  const study::Training training =
      study::train(optimizer, {normal, normal}, {valid, valid}, loss, options, seed, folder,
                   {{"study", "ae_fashion"},
                    {"data", data.checksum},
                    {"normal classes", fmt::format("{}", fmt::join(options.normal, ","))},
                    {"abnormal classes", fmt::format("{}", fmt::join(options.abnormal, ","))}});
  nn::save_weights(model, folder / "model.safetensors");

  const study::Stopwatch watch;
  const study::Evaluation evaluation = study::evaluate(sets, reconstruct);
  study::FashionRun result{
      .study = "ae_fashion",
      .model = "an autoencoder",
      .method = "RMSprop, binary cross-entropy",
      .loss = "binary cross-entropy",
      .options = options,
      .seed = seed,
      .data = data,
      .sets = sets,
      .parameters = model.parameter_count(),
      .summary = nn::summary(model, image),
      .training = training,
      .evaluation = evaluation,
      .reconstruct = reconstruct,
      .seconds = {.load = load_seconds, .train = training.seconds(), .evaluate = watch.seconds()}};
  study::write_fashion_run(result, folder);
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  Options options;
  options.epochs = 100;
  options.batch_size = 128;
  study::Program program(
      "ae_fashion",
      "Trains an autoencoder on the normal classes of Fashion-MNIST and tells abnormal\n"
      "images by their reconstruction error. Writes a report (report.html), pictures,\n"
      "charts, figures (metrics.json and CSV files) and the weights (safetensors).",
      options);
  study::add_class_flags(program.flags(), options.normal, options.abnormal);
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::FashionMnist data =
        study::load_fashion_mnist(study::find_fashion_mnist(options.data));
    const double load_seconds = watch.seconds();
    study::run_seeds(options, [&](std::uint64_t seed, const study::RunFolder& folder) {
      run(options, data, load_seconds, seed, folder);
    });
  });
}
