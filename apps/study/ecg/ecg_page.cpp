#include "apps/study/ecg/ecg_page.h"

#include <fmt/format.h>

#include "apps/study/analysis/histogram.h"
#include "apps/study/text/text.h"

namespace gradus::study {
namespace {

std::vector<double> first_row(const Tensor& beats) {
  const auto row = beats.rows(0, 1).data();
  return {row.begin(), row.end()};
}

Chart beat_chart(const char* name, const char* title, const Tensor& beats) {
  LineChart chart;
  chart.lines = {{"", first_row(beats), Ink::kBlue}};
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

Chart error_chart(const char* name, const char* title, const Tensor& beats,
                  const Reconstruct& reconstruct) {
  return {.name = name,
          .title = title,
          .x_label = "sample",
          .y_label = "scaled value",
          .plot = ErrorChart{first_row(beats), first_row(reconstruct(beats.rows(0, 1))), Ink::kBlue,
                             Ink::kRed},
          .height = 300};
}

Chart histogram_chart(const char* name, const char* of, const std::vector<double>& mae,
                      double threshold, Ink ink) {
  const Histogram h = histogram(mae, kEcgBins);
  return {
      .name = fmt::format("hist_{}", name),
      .title = fmt::format("Reconstruction losses of the {}", of),
      .x_label = fmt::format("MAE of the {}", of),
      .y_label = "beats",
      .plot =
          HistogramChart{h.edges, {{"", h.counts, ink}}, {{"", "threshold", threshold, Ink::kRed}}},
      .height = 360};
}

}  // namespace

void fill_ecg_page(Page& page, const RunResult& result, const EcgSets& sets,
                   const DataSource& source, const EcgErrors& e, const LineChart& sweep,
                   const Reconstruct& reconstruct) {
  const Confusion& test = e.test_confusion;
  const std::int64_t right = test.abnormal_as_abnormal + test.normal_as_normal;
  Report& report = page.report();
  report.title = "Abnormal heartbeats";
  report.subtitle = fmt::format(
      "Anomaly detection on {} with an autoencoder that saw only normal beats", source.name);
  report.lead = fmt::format(
      "The model was trained on {} normal heartbeats and nothing else. A beat whose reconstruction "
      "error is above {:.4f}, the mean error of the normal training beats plus one standard "
      "deviation, is called abnormal: so {} of {} test beats are classified correctly.",
      grouped(sets.train_normal.shape()[0]), e.threshold, grouped(right),
      grouped(std::ssize(e.test)));
  report.headline = {{"Accuracy", percent(test.accuracy()), "on the test set"},
                     {"Precision", percent(test.precision()), "normal is positive"},
                     {"Recall", percent(test.recall()), "normal is positive"},
                     {"ROC-AUC", fmt::format("{:.4f}", e.roc_auc), "abnormal ranked by error"},
                     {"Training", seconds_text(result.seconds.train),
                      fmt::format("{} epochs", result.training.last().epoch)}};

  page.section("Results");
  page.add(
      Paragraph{"Normal is the positive class: precision is the share of truly normal "
                "beats among those predicted normal, recall the share of the normal "
                "beats that were predicted normal."});
  page.add(ConfusionMatrices{{confusion_matrix("Test set", e.threshold, test),
                              confusion_matrix("Training set", e.threshold, e.train_confusion)}});
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
  add_training(page, result);
  page.add(Paragraph{
      "val_loss is that of the whole test set, abnormal beats included: that it lies above the "
      "loss, which is of normal beats alone, is no overfitting."});

  page.section("Reconstruction errors");
  ErrorTable errors("Reconstruction loss: the mean absolute error (MAE) of each beat", "set",
                    "beats");
  errors.add("training, normal", e.train_normal);
  errors.add("training, abnormal", e.train_abnormal);
  errors.add("test, normal", e.test_normal);
  errors.add("test, abnormal", e.test_abnormal);
  page.add(std::move(errors.table));
  page.chart(histogram_chart("train_normal", "normal training beats", e.train_normal, e.threshold,
                             Ink::kSlate),
             "Reconstruction losses of the normal training beats; the threshold is their mean plus "
             "one standard deviation.");
  page.chart(histogram_chart("test_abnormal", "abnormal test beats", e.test_abnormal, e.threshold,
                             Ink::kOrange),
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
  add_facts(
      page, result, source,
      {{{"Beats",
         fmt::format("{} normal and {} abnormal for training (the model sees only the "
                     "normal ones), {} normal and {} abnormal for the test",
                     grouped(sets.train_normal.shape()[0]), grouped(sets.train_abnormal.shape()[0]),
                     grouped(sets.test_normal.shape()[0]), grouped(sets.test_abnormal.shape()[0]))},
        {"Scaling", fmt::format("from the training minimum {:.4f} and maximum {:.4f} to 0 and 1",
                                sets.low, sets.high)}}});
}

}  // namespace gradus::study
