// What scripts read: metrics.json and the CSV files.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/study/fashion_run.h"
#include "apps/study/histogram.h"

namespace gradus::study {
namespace {

using Json = nlohmann::ordered_json;

Json mean_and_std(const std::vector<double>& mae) {
  const MeanStd m = mean_std(mae);
  return {{"mean", m.mean}, {"std", m.std}};
}

Json result(const ThresholdResult& r) {
  const Confusion& c = r.confusion;
  return {{"threshold", r.threshold},
          {"confusion",
           {{c.abnormal_as_abnormal, c.abnormal_as_normal},
            {c.normal_as_abnormal, c.normal_as_normal}}},
          {"accuracy", c.accuracy()},
          {"precision", c.precision()},
          {"recall", c.recall()}};
}

std::string thresholds_csv(const Thresholds& t) {
  std::string csv = "name,threshold\n";
  for (const NamedThreshold& n : named(t)) csv += fmt::format("{},{}\n", n.name, n.value);
  return csv;
}

std::string sweep_csv(const std::vector<SweepPoint>& sweep) {
  std::string csv = "threshold,validation_accuracy\n";
  for (const SweepPoint& p : sweep) csv += fmt::format("{},{}\n", p.threshold, p.accuracy);
  return csv;
}

std::string scores_csv(const FashionRun& run) {
  std::string csv = "index,label,mae,predicted_normal\n";
  const double threshold = run.evaluation.search.thresholds.best_validation;
  for (std::size_t i = 0; i < run.evaluation.test.size(); ++i) {
    const double mae = run.evaluation.test[i];
    csv += fmt::format("{},{},{},{}\n", run.sets.test.index[i], run.sets.test.labels[i], mae,
                       mae < threshold ? 1 : 0);
  }
  return csv;
}

std::string histogram_csv(const std::vector<double>& mae) {
  const Histogram h = histogram(mae, kHistogramBins);
  std::string csv = "left_edge,right_edge,count\n";
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    csv += fmt::format("{},{},{}\n", h.edges[i], h.edges[i + 1], h.counts[i]);
  }
  return csv;
}

}  // namespace

void write_tables(const FashionRun& run, const RunFolder& folder) {
  folder.write("thresholds.csv", thresholds_csv(run.evaluation.search.thresholds));
  folder.write("sweep.csv", sweep_csv(run.evaluation.search.sweep));
  folder.write("scores.csv", scores_csv(run));
  for (const HistogramOf& h : histograms_of(run)) {
    folder.write(fmt::format("hist_{}.csv", h.name), histogram_csv(*h.mae));
  }
}

std::string metrics_json(const FashionRun& run) {
  const Evaluation& e = run.evaluation;
  Json json;
  json["study"] = run.study;
  json["seed"] = run.seed;
  json["data"] = {{"name", run.data.published ? "Fashion-MNIST" : "custom data in IDX files"},
                  {"checksum", run.data.checksum}};
  json["sizes"] = {{"train_normal", run.sets.train_normal.size()},
                   {"valid_normal", run.sets.valid_normal.size()},
                   {"valid_abnormal", run.sets.valid_abnormal.size()},
                   {"test_normal", run.sets.test_normal.size()},
                   {"test_abnormal", run.sets.test_abnormal.size()}};
  json["parameters"] = run.parameters;
  json["epochs"] = run.training.last().epoch;
  json["final"] = {{"loss", run.training.last().loss},
                   {"val_loss", run.training.last().monitored()}};
  json["best"] = {{"epoch", run.training.best_epoch}, {"val_loss", run.training.best_val_loss}};
  json["mae"] = {{"train_normal", mean_and_std(e.train_normal)},
                 {"valid_normal", mean_and_std(e.valid_normal)},
                 {"valid_abnormal", mean_and_std(e.valid_abnormal)},
                 {"test_normal", mean_and_std(e.test_normal)},
                 {"test_abnormal", mean_and_std(e.test_abnormal)}};
  for (const NamedThreshold& n : named(e.search.thresholds)) json["thresholds"][n.name] = n.value;
  for (const ThresholdResult& r : e.results) json["results"][r.name] = result(r);
  json["roc_auc"] = e.roc_auc;
  json["average_precision"] = e.average_precision;
  json["seconds"] = {{"load", run.seconds.load},
                     {"train", run.seconds.train},
                     {"evaluate", run.seconds.evaluate},
                     {"report", run.seconds.report}};
  return json.dump(2) + "\n";
}

}  // namespace gradus::study
