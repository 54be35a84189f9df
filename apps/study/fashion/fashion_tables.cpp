// What scripts read: metrics.json and the CSV files.
#include <fmt/format.h>

#include "apps/study/fashion/fashion_run.h"

namespace gradus::study {
namespace {

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

}  // namespace

void write_tables(const FashionRun& run) {
  RunFolder& folder = run.run.folder;
  folder.write("thresholds.csv", thresholds_csv(run.evaluation.search.thresholds));
  folder.write("sweep.csv", sweep_csv(run.evaluation.search.sweep));
  write_scores(folder, run.sets.test.index, run.sets.test.labels, run.evaluation.test,
               run.evaluation.search.thresholds.best_validation);
  for (const HistogramOf& h : histograms_of(run)) {
    write_histogram(folder, h.name, *h.mae, kHistogramBins);
  }
}

Json metrics_of(const FashionRun& run) {
  const Evaluation& e = run.evaluation;
  Json json = metrics_head(run, source_of(run.data),
                           {{"train_normal", run.sets.train_normal.size()},
                            {"valid_normal", run.sets.valid_normal.size()},
                            {"valid_abnormal", run.sets.valid_abnormal.size()},
                            {"test_normal", run.sets.test_normal.size()},
                            {"test_abnormal", run.sets.test_abnormal.size()}});
  json["mae"] = {{"train_normal", mean_std_json(e.train_normal)},
                 {"valid_normal", mean_std_json(e.valid_normal)},
                 {"valid_abnormal", mean_std_json(e.valid_abnormal)},
                 {"test_normal", mean_std_json(e.test_normal)},
                 {"test_abnormal", mean_std_json(e.test_abnormal)}};
  for (const NamedThreshold& n : named(e.search.thresholds)) json["thresholds"][n.name] = n.value;
  for (const ThresholdResult& r : e.results) {
    json["results"][r.name] = confusion_json(r.threshold, r.confusion);
  }
  json["roc_auc"] = e.roc_auc;
  json["average_precision"] = e.average_precision;
  return json;
}

}  // namespace gradus::study
