// Anomaly detection on Fashion-MNIST with an autoencoder.
//
// The autoencoder is trained on images of the normal classes alone. It then
// reconstructs what it knows well and what it has never seen badly, so the
// reconstruction error tells normal from abnormal clothes.
#include "apps/study/fashion/classes.h"
#include "apps/study/fashion/fashion_ae.h"
#include "apps/study/run/program.h"
#include "apps/study/run/seeds.h"
#include "apps/study/run/stopwatch.h"

namespace {

using namespace gradus;

struct Options : study::StudyOptions {
  std::vector<int> normal{5, 7, 9}, abnormal{4};
};

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
      options, study::kFashionDataHelp);
  study::add_class_flags(program.flags(), options.normal, options.abnormal);
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::FashionMnist data =
        study::load_fashion_mnist(study::find_fashion_mnist(options.data));
    const double load_seconds = watch.seconds();
    // Before a folder is touched.
    study::check_fashion_sets(data, options.normal, options.abnormal, options.seed, options.seeds);
    const study::Settings settings = study::class_settings(data, options.normal, options.abnormal);
    study::run_seeds(options, "ae_fashion", settings, [&](const study::Run& run) {
      const study::FashionSets sets =
          study::fashion_sets(data, options.normal, options.abnormal, run.seed);
      study::run_autoencoder({run, data, load_seconds, sets});
    });
  });
}
