// Anomaly detection on Fashion-MNIST with a variational autoencoder.
//
// The encoder gives a normal distribution of codings for each image, the decoder
// reconstructs the image from a draw. As in ae_fashion the model sees normal
// images alone, and the reconstruction error tells these from abnormal ones.
#include "apps/study/fashion/classes.h"
#include "apps/study/fashion/fashion_vae.h"
#include "apps/study/run/program.h"
#include "apps/study/run/seeds.h"
#include "apps/study/run/stopwatch.h"

namespace {

using namespace gradus;

struct Options : study::StudyOptions {
  std::vector<int> normal{9}, abnormal{3};
  bool kl = false;
};

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  Options options;
  options.epochs = 100;
  options.batch_size = 128;
  study::Program program(
      "vae_fashion",
      "Trains a variational autoencoder on the normal classes of Fashion-MNIST and tells\n"
      "abnormal images by their reconstruction error. Writes what ae_fashion writes, and\n"
      "pictures of the codings: random ones decoded, an interpolation, the latent space.",
      options, study::kFashionDataHelp);
  study::add_class_flags(program.flags(), options.normal, options.abnormal);
  program.flags()
      .add_flag("--kl", options.kl,
                "Add the KL term to the loss, which draws the codings\n"
                "towards a standard normal distribution")
      ->group("Training");
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::FashionMnist data =
        study::load_fashion_mnist(study::find_fashion_mnist(options.data));
    const double load_seconds = watch.seconds();
    // Before a folder is touched.
    study::check_fashion_sets(data, options.normal, options.abnormal, options.seed, options.seeds);
    study::Settings settings = study::class_settings(data, options.normal, options.abnormal);
    settings.emplace_back("KL term", options.kl ? "on" : "off");
    study::run_seeds(options, "vae_fashion", settings, [&](const study::Run& run) {
      const study::FashionSets sets =
          study::fashion_sets(data, options.normal, options.abnormal, run.seed);
      study::run_variational_autoencoder({run, data, load_seconds, sets}, options.kl);
    });
  });
}
