#include "apps/study/ecg/ecg_errors.h"

#include <fmt/format.h>

namespace gradus::study {

EcgErrors judge_ecg(const EcgSets& sets, const Reconstruct& reconstruct) {
  EcgErrors e{};
  e.train = reconstruction_mae(sets.train, reconstruct);
  e.test = reconstruction_mae(sets.test, reconstruct);
  e.train_normal = only(e.train, sets.train_is_normal, true);
  e.train_abnormal = only(e.train, sets.train_is_normal, false);
  e.test_normal = only(e.test, sets.test_is_normal, true);
  e.test_abnormal = only(e.test, sets.test_is_normal, false);
  const MeanStd normal = mean_std(e.train_normal);
  e.threshold = normal.mean + normal.std;
  e.train_confusion = confusion(e.train, sets.train_is_normal, e.threshold);
  e.test_confusion = confusion(e.test, sets.test_is_normal, e.threshold);
  std::vector<bool> is_abnormal = sets.test_is_normal;
  is_abnormal.flip();
  e.roc_auc = roc_auc(e.test, is_abnormal);
  e.average_precision = average_precision(e.test, is_abnormal);
  return e;
}

LineChart ecg_sweep(const EcgErrors& e, const std::vector<bool>& is_normal) {
  LineChart chart;
  Line accuracy{"accuracy", {}, Ink::kBlue}, precision{"precision", {}, Ink::kOrange},
      recall{"recall", {}, Ink::kGreen};
  const double from = mean_std(e.train_normal).mean, to = mean_std(e.train_abnormal).mean;
  constexpr int kSteps = 100;
  for (int i = 0; i <= kSteps; ++i) {
    const double threshold = from + (to - from) * i / kSteps;
    const Confusion c = confusion(e.train, is_normal, threshold);
    chart.x.push_back(threshold);
    accuracy.y.push_back(c.accuracy());
    precision.y.push_back(c.precision());
    recall.y.push_back(c.recall());
  }
  chart.lines = {accuracy, precision, recall};
  chart.thresholds = {{"", "mean + std", e.threshold, Ink::kRed}};
  return chart;
}

void write_ecg_tables(RunFolder& folder, const EcgSets& sets, const EcgErrors& e,
                      const LineChart& sweep) {
  folder.write("thresholds.csv", fmt::format("name,threshold\nmean_plus_std,{}\n", e.threshold));
  const std::vector<int> labels(sets.test_is_normal.begin(), sets.test_is_normal.end());
  write_scores(folder, sets.test_index, labels, e.test, e.threshold);
  std::string points = "threshold,train_accuracy,train_precision,train_recall\n";
  for (std::size_t i = 0; i < sweep.x.size(); ++i) {
    points += fmt::format("{},{},{},{}\n", sweep.x[i], sweep.lines[0].y[i], sweep.lines[1].y[i],
                          sweep.lines[2].y[i]);
  }
  folder.write("sweep.csv", points);
  write_histogram(folder, "train_normal", e.train_normal, kEcgBins);
  write_histogram(folder, "test_abnormal", e.test_abnormal, kEcgBins);
}

Json ecg_metrics(const RunResult& result, const EcgSets& sets, const DataSource& source,
                 const EcgErrors& e) {
  Json json = metrics_head(result, source,
                           {{"train_normal", sets.train_normal.shape()[0]},
                            {"train_abnormal", sets.train_abnormal.shape()[0]},
                            {"test_normal", sets.test_normal.shape()[0]},
                            {"test_abnormal", sets.test_abnormal.shape()[0]}});
  json["mae"] = {{"train_normal", mean_std_json(e.train_normal)},
                 {"train_abnormal", mean_std_json(e.train_abnormal)},
                 {"test_normal", mean_std_json(e.test_normal)},
                 {"test_abnormal", mean_std_json(e.test_abnormal)}};
  json["thresholds"] = {{"mean_plus_std", e.threshold}};
  json["results"] = {{"train", confusion_json(e.threshold, e.train_confusion)},
                     {"test", confusion_json(e.threshold, e.test_confusion)}};
  json["roc_auc"] = e.roc_auc;
  json["average_precision"] = e.average_precision;
  return json;
}

}  // namespace gradus::study
