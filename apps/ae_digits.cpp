// Anomaly detection on handwritten digits with an autoencoder.
//
// The autoencoder is trained on half of the digits. Those of the other half that
// it reconstructs worse than 99 in 100 are anomalies: digits written as nobody
// else does, or no digits at all, such as transposed ones.
#include <fmt/format.h>

#include "apps/study/digits/digits_page.h"
#include "apps/study/model/autoencoder_run.h"
#include "apps/study/model/model_file.h"
#include "apps/study/run/program.h"
#include "apps/study/run/seeds.h"

namespace {

using namespace gradus;

void run(const study::Digits& data, double load_seconds, const study::Run& run) {
  const study::DigitSets sets = study::digit_sets(data, run.seed);

  // 64-64-16-8-16-64.
  const study::Layers layers{.sample = {data.rows, data.columns},
                             .encoder = {64, 16, 8},
                             .decoder = {16},
                             .activation = Activation::relu,
                             .output = Activation::sigmoid};
  Generator random(run.seed);
  study::Autoencoder model(layers, random);
  study::RunResult result = study::train_autoencoder(
      run, model, layers, {nn::mse, "mean squared error"}, {sets.train, sets.test, load_seconds});

  study::Stopwatch watch;
  const study::Reconstruct reconstruct = study::reconstruction_of(model, layers.output);
  const study::DigitErrors errors = study::judge_digits(sets, reconstruct);
  study::save_models(model,
                     {.study = run.study,
                      .layers = layers,
                      .range = {0, 16},
                      .threshold = errors.least_anomalous(),
                      .threshold_name = "percentile_99"},
                     run.folder);
  result.seconds.evaluate = watch.seconds();

  watch = {};
  const study::DataSource source = study::source_of(data);
  study::write_trained([&] {
    study::write_digit_tables(run.folder, sets, errors);
    study::Page page(run);
    study::fill_digit_page(page, result, sets, source, errors, reconstruct);
    study::finish_run(result, page, study::digit_metrics(result, sets, source, errors), watch);
  });
  if (!run.prints) return;

  study::print_training(result);
  fmt::print("  threshold {:.4f}: {} anomalies among {} test images\n", errors.threshold,
             errors.anomalies.size(), errors.test.size());
  fmt::print("  transposed digits: mean MAE {:.4f}, {} of {} anomalous\n",
             study::mean_std(errors.flipped_mae).mean, errors.flipped_anomalies(),
             errors.flipped_mae.size());
  fmt::print("Report: {}\n", (run.folder / "report.html").string());
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  study::StudyOptions options{.epochs = 100};
  study::Program program(
      "ae_digits",
      "Trains an autoencoder on half of 1,797 handwritten digits and finds those of the other\n"
      "half that are unlike the rest. Needs no data: the digits are built in. Writes a report\n"
      "(report.html), pictures, charts, figures (metrics.json and CSV files) and the weights\n"
      "(safetensors).",
      options,
      "Folder with other digits in digits.csv, plain or gzipped,\n"
      "or the file itself [the digits built in]");
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::Digits data = study::load_digits(options.data);
    study::digit_sets(data, options.seed);  // throws before a folder is touched
    const double load_seconds = watch.seconds();
    study::run_seeds(options, "ae_digits", {{"data", data.checksum}},
                     [&](const study::Run& one) { run(data, load_seconds, one); });
  });
}
