// Anomaly detection on electrocardiograms with an autoencoder.
//
// The autoencoder is trained on normal heartbeats alone. One whose reconstruction
// error is above the mean of the normal training beats by more than a standard
// deviation is an anomaly.
#include <fmt/format.h>

#include <algorithm>

#include "apps/study/ecg/ecg_page.h"
#include "apps/study/model/autoencoder_run.h"
#include "apps/study/model/model_file.h"
#include "apps/study/run/program.h"
#include "apps/study/run/seeds.h"

namespace {

using namespace gradus;

void run(const study::Ecg& data, const study::EcgSets& sets, double load_seconds,
         const study::Run& run) {
  const study::Layers layers{.sample = {data.samples},
                             .encoder = {32, 16, 8},
                             .decoder = {16, 32},
                             .activation = Activation::relu,
                             .output = Activation::sigmoid};
  Generator random(run.seed);
  study::Autoencoder model(layers, random);
  study::RunResult result =
      study::train_autoencoder(run, model, layers, {nn::mae, "mean absolute error"},
                               {sets.train_normal, sets.test, load_seconds});

  study::Stopwatch watch;
  const study::Reconstruct reconstruct = study::reconstruction_of(model, layers.output);
  const study::EcgErrors errors = study::judge_ecg(sets, reconstruct);
  // `predict` is to take what the study takes: a spike is just what it looks for.
  const auto [least, greatest] = std::ranges::minmax(sets.test.data());
  const double margin = std::max({0.5, -1.001 * least, 1.001 * greatest - 1});
  study::save_models(model,
                     {.study = run.study,
                      .layers = layers,
                      .range = {sets.low, sets.high, margin},
                      .threshold = errors.threshold,
                      .threshold_name = "mean_plus_std"},
                     run.folder);
  result.seconds.evaluate = watch.seconds();

  watch = {};
  const study::DataSource source = study::source_of(data);
  const study::LineChart sweep = study::ecg_sweep(errors, sets.train_is_normal);
  study::write_trained([&] {
    study::write_ecg_tables(run.folder, sets, errors, sweep);
    study::Page page(run);
    study::fill_ecg_page(page, result, sets, source, errors, sweep, reconstruct);
    study::finish_run(result, page, study::ecg_metrics(result, sets, source, errors), watch);
  });
  if (!run.prints) return;

  study::print_training(result);
  fmt::print("  threshold {:.5f}\n  {:<10} {:>9} {:>9} {:>9}\n", errors.threshold, "set",
             "accuracy", "precision", "recall");
  const auto line = [](const char* set, const study::Confusion& c) {
    fmt::print("  {:<10} {:>9.4f} {:>9.4f} {:>9.4f}\n", set, c.accuracy(), c.precision(),
               c.recall());
  };
  line("training", errors.train_confusion);
  line("test", errors.test_confusion);
  fmt::print("Report: {}\n", (run.folder / "report.html").string());
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  study::StudyOptions options{.epochs = 20, .batch_size = 512};
  study::Program program(
      "ae_ecg",
      "Trains an autoencoder on the normal heartbeats of ECG5000 and tells abnormal ones by\n"
      "their reconstruction error. Writes a report (report.html), charts, figures\n"
      "(metrics.json and CSV files) and the weights (safetensors).",
      options,
      "Folder with ecg.csv or ecg5000.csv, plain or gzipped, or\n"
      "the file itself [$GRADUS_DATA, or the project's data\n"
      "folder, which scripts/fetch-data ecg fills]");
  return program.run(argc, argv, [&] {
    const study::Stopwatch watch;
    const study::Ecg data = study::load_ecg(study::find_ecg(options.data));
    const study::EcgSets sets = study::ecg_sets(data);
    const double load_seconds = watch.seconds();
    study::run_seeds(options, "ae_ecg", {{"data", data.checksum}},
                     [&](const study::Run& one) { run(data, sets, load_seconds, one); });
  });
}
