// Anomaly detection on electrocardiograms with an autoencoder.
//
// The autoencoder is trained on normal heartbeats alone. One whose reconstruction
// error is above the mean of the normal training beats by more than a standard
// deviation is an anomaly.
#include <fmt/format.h>

#include "apps/study/autoencoder_run.h"
#include "apps/study/ecg.h"
#include "apps/study/histogram.h"
#include "apps/study/model_file.h"
#include "apps/study/page.h"
#include "apps/study/program.h"
#include "apps/study/seeds.h"
#include "apps/study/text.h"

namespace {

using namespace gradus;

constexpr int kBins = 50;

// The errors (MAE) of every beat, and what becomes of them at the threshold.
struct Errors {
  std::vector<double> train, test;
  std::vector<double> train_normal, train_abnormal, test_normal, test_abnormal;
  double threshold;
  study::Confusion train_confusion, test_confusion;
  double roc_auc, average_precision;
};

Errors judge(const study::EcgSets& sets, const study::Reconstruct& reconstruct) {
  Errors e{};
  e.train = study::reconstruction_mae(sets.train, reconstruct);
  e.test = study::reconstruction_mae(sets.test, reconstruct);
  e.train_normal = study::only(e.train, sets.train_is_normal, true);
  e.train_abnormal = study::only(e.train, sets.train_is_normal, false);
  e.test_normal = study::only(e.test, sets.test_is_normal, true);
  e.test_abnormal = study::only(e.test, sets.test_is_normal, false);
  const study::MeanStd normal = study::mean_std(e.train_normal);
  e.threshold = normal.mean + normal.std;
  e.train_confusion = study::confusion(e.train, sets.train_is_normal, e.threshold);
  e.test_confusion = study::confusion(e.test, sets.test_is_normal, e.threshold);
  std::vector<bool> is_abnormal = sets.test_is_normal;
  is_abnormal.flip();
  e.roc_auc = study::roc_auc(e.test, is_abnormal);
  e.average_precision = study::average_precision(e.test, is_abnormal);
  return e;
}

std::vector<double> first_row(const Tensor& beats) {
  const auto row = beats.rows(0, 1).data();
  return {row.begin(), row.end()};
}

study::Chart beat_chart(const char* name, const char* title, const Tensor& beats) {
  study::LineChart chart;
  chart.lines = {{"", first_row(beats), study::Ink::kBlue}};
  for (std::size_t i = 0; i < chart.lines[0].y.size(); ++i) {
    chart.x.push_back(static_cast<double>(i));
  }
  return {.name = name,
          .title = title,
          .x_label = "sample",
          .y_label = "scaled value",
          .plot = chart,
          .height = 300};
}

study::Chart error_chart(const char* name, const char* title, const Tensor& beats,
                         const study::Reconstruct& reconstruct) {
  return {.name = name,
          .title = title,
          .x_label = "sample",
          .y_label = "scaled value",
          .plot = study::ErrorChart{first_row(beats), first_row(reconstruct(beats.rows(0, 1))),
                                    study::Ink::kBlue, study::Ink::kRed},
          .height = 300};
}

study::Chart histogram_chart(const char* name, const char* of, const std::vector<double>& mae,
                             double threshold, study::Ink ink) {
  const study::Histogram h = study::histogram(mae, kBins);
  return {.name = fmt::format("hist_{}", name),
          .title = fmt::format("Reconstruction losses of the {}", of),
          .x_label = fmt::format("MAE of the {}", of),
          .y_label = "beats",
          .plot =
              study::HistogramChart{
                  h.edges, {{"", h.counts, ink}}, {{"", "threshold", threshold, study::Ink::kRed}}},
          .height = 360};
}

// How accuracy, precision and recall on the training beats change with the threshold.
study::LineChart sweep_of(const Errors& e, const std::vector<bool>& is_normal) {
  study::LineChart chart;
  study::Line accuracy{"accuracy", {}, study::Ink::kBlue},
      precision{"precision", {}, study::Ink::kOrange}, recall{"recall", {}, study::Ink::kGreen};
  const double from = study::mean_std(e.train_normal).mean,
               to = study::mean_std(e.train_abnormal).mean;
  constexpr int kSteps = 100;
  for (int i = 0; i <= kSteps; ++i) {
    const double threshold = from + (to - from) * i / kSteps;
    const study::Confusion c = study::confusion(e.train, is_normal, threshold);
    chart.x.push_back(threshold);
    accuracy.y.push_back(c.accuracy());
    precision.y.push_back(c.precision());
    recall.y.push_back(c.recall());
  }
  chart.lines = {accuracy, precision, recall};
  chart.thresholds = {{"", "mean + std", e.threshold, study::Ink::kRed}};
  return chart;
}

study::ConfusionMatrix matrix(const char* title, double threshold, const study::Confusion& c) {
  return {.title = title,
          .note = fmt::format("threshold {:.5f}", threshold),
          .counts = {{{c.abnormal_as_abnormal, c.abnormal_as_normal},
                      {c.normal_as_abnormal, c.normal_as_normal}}},
          .accuracy = c.accuracy(),
          .precision = c.precision(),
          .recall = c.recall()};
}

void write_tables(study::RunFolder& folder, const study::EcgSets& sets, const Errors& e,
                  const study::LineChart& sweep) {
  folder.write("thresholds.csv", fmt::format("name,threshold\nmean_plus_std,{}\n", e.threshold));
  std::string scores = "index,label,mae,predicted_normal\n";
  for (std::size_t i = 0; i < e.test.size(); ++i) {
    scores += fmt::format("{},{},{},{}\n", sets.test_index[i], sets.test_is_normal[i] ? 1 : 0,
                          e.test[i], e.test[i] < e.threshold ? 1 : 0);
  }
  folder.write("scores.csv", scores);
  std::string points = "threshold,train_accuracy,train_precision,train_recall\n";
  for (std::size_t i = 0; i < sweep.x.size(); ++i) {
    points += fmt::format("{},{},{},{}\n", sweep.x[i], sweep.lines[0].y[i], sweep.lines[1].y[i],
                          sweep.lines[2].y[i]);
  }
  folder.write("sweep.csv", points);
  study::write_histogram(folder, "train_normal", e.train_normal, kBins);
  study::write_histogram(folder, "test_abnormal", e.test_abnormal, kBins);
}

study::Json metrics_of(const study::RunResult& result, const study::EcgSets& sets,
                       const study::DataSource& source, const Errors& e) {
  study::Json json = study::metrics_head(result, source,
                                         {{"train_normal", sets.train_normal.shape()[0]},
                                          {"train_abnormal", sets.train_abnormal.shape()[0]},
                                          {"test_normal", sets.test_normal.shape()[0]},
                                          {"test_abnormal", sets.test_abnormal.shape()[0]}});
  json["mae"] = {{"train_normal", study::mean_std_json(e.train_normal)},
                 {"train_abnormal", study::mean_std_json(e.train_abnormal)},
                 {"test_normal", study::mean_std_json(e.test_normal)},
                 {"test_abnormal", study::mean_std_json(e.test_abnormal)}};
  json["thresholds"] = {{"mean_plus_std", e.threshold}};
  json["results"] = {{"train", study::confusion_json(e.threshold, e.train_confusion)},
                     {"test", study::confusion_json(e.threshold, e.test_confusion)}};
  json["roc_auc"] = e.roc_auc;
  json["average_precision"] = e.average_precision;
  return json;
}

void fill_page(study::Page& page, const study::RunResult& result, const study::EcgSets& sets,
               const study::DataSource& source, const Errors& e, const study::LineChart& sweep,
               const study::Reconstruct& reconstruct) {
  const study::Confusion& test = e.test_confusion;
  const std::int64_t right = test.abnormal_as_abnormal + test.normal_as_normal;
  study::Report& report = page.report();
  report.title = "Abnormal heartbeats";
  report.subtitle = "Anomaly detection on ECG5000 with an autoencoder that saw only normal beats";
  report.lead = fmt::format(
      "The model was trained on {} normal heartbeats and nothing else. A beat whose reconstruction "
      "error is above {:.4f}, the mean of the normal training beats and a standard deviation, is "
      "called abnormal: so {} of {} test beats are classified correctly.",
      study::grouped(sets.train_normal.shape()[0]), e.threshold, study::grouped(right),
      study::grouped(std::ssize(e.test)));
  report.headline = {{"Accuracy", study::percent(test.accuracy()), "on the test set"},
                     {"Precision", study::percent(test.precision()), "normal is positive"},
                     {"Recall", study::percent(test.recall()), "normal is positive"},
                     {"ROC-AUC", fmt::format("{:.4f}", e.roc_auc), "abnormal ranked by error"},
                     {"Training", fmt::format("{:.1f} s", result.seconds.train),
                      fmt::format("{} epochs", result.training.last().epoch)}};
  report.footer = study::footer(result.study);

  page.section("Results");
  page.add(
      study::Paragraph{"Normal is the positive class: precision is the share of truly normal "
                       "beats among those predicted normal, recall the share of the normal "
                       "beats that were predicted normal."});
  page.add(study::ConfusionMatrices{{matrix("Test set", e.threshold, test),
                                     matrix("Training set", e.threshold, e.train_confusion)}});
  page.section("Two heartbeats");
  page.chart(beat_chart("ecg_normal", "A normal ECG", sets.train_normal),
             "The first normal beat of the training set.");
  page.chart(beat_chart("ecg_abnormal", "An anomalous ECG", sets.train_abnormal),
             "The first abnormal beat of the training set.");
  page.section("Heartbeats and their reconstructions");
  page.chart(
      error_chart("ecg_error_test_normal", "First normal test beat", sets.test_normal, reconstruct),
      "The first normal test beat: input, reconstruction and the error between them.");
  page.chart(error_chart("ecg_error_test_abnormal", "First abnormal test beat", sets.test_abnormal,
                         reconstruct),
             "The first abnormal test beat: input, reconstruction and the error between them.");
  study::add_training(page, result);
  page.add(study::Paragraph{
      "As in the notebook, val_loss is that of the whole test set, abnormal beats included: that "
      "it lies above the loss, which is of normal beats alone, is no overfitting."});

  page.section("Reconstruction errors");
  study::Table table{"Reconstruction loss: the mean absolute error (MAE) of each beat",
                     {{"set"}, {"beats", true}, {"mean", true}, {"std", true}},
                     {}};
  const auto row = [&](const char* name, const std::vector<double>& mae) {
    const study::MeanStd m = study::mean_std(mae);
    table.rows.push_back({name, study::grouped(std::ssize(mae)), fmt::format("{:.4f}", m.mean),
                          fmt::format("{:.4f}", m.std)});
  };
  row("training, normal", e.train_normal);
  row("training, abnormal", e.train_abnormal);
  row("test, normal", e.test_normal);
  row("test, abnormal", e.test_abnormal);
  page.add(std::move(table));
  page.chart(histogram_chart("train_normal", "normal training beats", e.train_normal, e.threshold,
                             study::Ink::kSlate),
             "Reconstruction losses of the normal training beats; the threshold is their mean and "
             "a standard deviation.");
  page.chart(histogram_chart("test_abnormal", "abnormal test beats", e.test_abnormal, e.threshold,
                             study::Ink::kOrange),
             "Reconstruction losses of the abnormal test beats.");
  page.chart({.name = "sweep",
              .title = "The training beats by threshold",
              .x_label = "threshold",
              .y_label = "share",
              .plot = sweep,
              .height = 320},
             "Accuracy, precision and recall on the training set by threshold, from the mean error "
             "of the normal beats to that of the abnormal ones: a higher threshold finds more of "
             "the normal beats and lets more abnormal ones pass.");
  study::add_facts(
      page, result, source,
      {{{"Beats", fmt::format("{} normal and {} abnormal for training (the model sees only the "
                              "normal ones), {} normal and {} abnormal for the test",
                              study::grouped(sets.train_normal.shape()[0]),
                              study::grouped(sets.train_abnormal.shape()[0]),
                              study::grouped(sets.test_normal.shape()[0]),
                              study::grouped(sets.test_abnormal.shape()[0]))},
        {"Scaling", fmt::format("from the training minimum {:.4f} and maximum {:.4f} to 0 and 1",
                                sets.low, sets.high)}}});
}

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
      study::train_autoencoder(run, "ae_ecg", model, layers, {nn::mae, "mean absolute error"},
                               {sets.train_normal, sets.test, load_seconds});

  study::Stopwatch watch;
  const study::Reconstruct reconstruct = study::reconstruction_of(model, layers.output);
  const Errors errors = judge(sets, reconstruct);
  study::save_models(model,
                     {.study = "ae_ecg",
                      .layers = layers,
                      .range = {sets.low, sets.high, 0.5},
                      .threshold = errors.threshold,
                      .threshold_name = "mean_plus_std"},
                     run.folder);
  result.seconds.evaluate = watch.seconds();

  watch = {};
  const bool published = data.rows == 4998 && data.samples == 140;
  const study::DataSource source{
      published ? "ECG5000" : "custom ECG",
      published
          ? "ECG5000, two classes (Dau et al., The UCR Time Series Archive, 2018; BIDMC Congestive "
            "Heart Failure Database, record chf07, Baim et al. 1986, Goldberger et al. 2000)"
          : data.file.string(),
      data.checksum};
  const study::LineChart sweep = sweep_of(errors, sets.train_is_normal);
  write_tables(run.folder, sets, errors, sweep);
  study::Page page(run.folder);
  fill_page(page, result, sets, source, errors, sweep, reconstruct);
  study::finish_run(result, page, metrics_of(result, sets, source, errors), watch);
  if (!run.prints) return;

  const optim::EpochLog& last = result.training.last();
  fmt::print("\nae_ecg: seed {}\n  loss {:.4f}, val_loss {:.4f} after {} epochs, {:.1f} s\n",
             run.seed, last.loss, last.monitored(), last.epoch, result.seconds.train);
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
