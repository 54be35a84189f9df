#include "apps/study/run/run_result.h"

#include <fmt/format.h>

#include "apps/study/analysis/histogram.h"
#include "apps/study/text/text.h"

namespace gradus::study {

void print_training(const RunResult& result) {
  const optim::EpochLog& last = result.training.last();
  fmt::print("\n{}: seed {}\n  loss {:.4f}, val_loss {:.4f} after {} epochs, {}\n",
             result.run.study, result.run.seed, last.loss, last.monitored(), last.epoch,
             seconds_text(result.seconds.train));
}

Json metrics_head(const RunResult& result, const DataSource& data, const Json& sizes) {
  const Training& training = result.training;
  return {{"study", result.run.study},
          {"seed", result.run.seed},
          {"data", {{"name", data.name}, {"checksum", data.checksum}}},
          {"sizes", sizes},
          {"parameters", result.parameters},
          {"epochs", training.last().epoch},
          {"final", {{"loss", training.last().loss}, {"val_loss", training.last().monitored()}}},
          {"best", {{"epoch", training.best_epoch}, {"val_loss", training.best_val_loss}}}};
}

Json mean_std_json(const std::vector<double>& scores) {
  const MeanStd m = mean_std(scores);
  return {{"mean", m.mean}, {"std", m.std}};
}

Json confusion_json(double threshold, const Confusion& c) {
  return {{"threshold", threshold},
          {"confusion",
           {{c.abnormal_as_abnormal, c.abnormal_as_normal},
            {c.normal_as_abnormal, c.normal_as_normal}}},
          {"accuracy", c.accuracy()},
          {"precision", c.precision()},
          {"recall", c.recall()}};
}

Json seconds_json(const RunSeconds& seconds) {
  return {{"load", seconds.load},
          {"train", seconds.train},
          {"evaluate", seconds.evaluate},
          {"report", seconds.report}};
}

void write_scores(RunFolder& folder, const std::vector<Index>& index,
                  const std::vector<int>& labels, const std::vector<double>& mae,
                  double threshold) {
  std::string csv = "index,label,mae,predicted_normal\n";
  for (std::size_t i = 0; i < mae.size(); ++i) {
    csv += fmt::format("{},{},{},{}\n", index[i], labels[i], mae[i], mae[i] < threshold ? 1 : 0);
  }
  folder.write("scores.csv", csv);
}

void write_histogram(RunFolder& folder, const std::string& name, const std::vector<double>& scores,
                     int bins) {
  const Histogram h = histogram(scores, bins);
  std::string csv = "left_edge,right_edge,count\n";
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    csv += fmt::format("{},{},{}\n", h.edges[i], h.edges[i + 1], h.counts[i]);
  }
  folder.write(fmt::format("hist_{}.csv", name), csv);
}

}  // namespace gradus::study
