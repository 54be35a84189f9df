// A run that has been trained, and what every study writes of it.
//
// Thread safety: plain values and free functions without state; one thread
// writes a folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "apps/study/analysis/metrics.h"
#include "apps/study/data/data_source.h"
#include "apps/study/run/run.h"
#include "apps/study/run/training.h"

namespace gradus::study {

/// Seconds that the parts of a run took.
struct RunSeconds {
  double load = 0, train = 0, evaluate = 0, report = 0;
};

struct RunResult {
  const Run& run;
  std::string method;  ///< for people: "RMSprop, binary cross-entropy"
  std::string loss;    ///< likewise: "binary cross-entropy"
  Index parameters;
  std::string summary;  ///< of the model
  Training training;
  RunSeconds seconds;
};

/// What a script reads, keys in the order they are written.
using Json = nlohmann::ordered_json;

/// The first lines about it on the terminal: study, seed, losses and seconds.
void print_training(const RunResult& result);

/// The start of a metrics.json: study, seed, data, sizes, parameters, epochs,
/// final and best.
Json metrics_head(const RunResult& result, const DataSource& data, const Json& sizes);
/// {"mean", "std"} of the scores of a set.
Json mean_std_json(const std::vector<double>& scores);
/// {"threshold", "confusion", "accuracy", "precision", "recall"}.
Json confusion_json(double threshold, const Confusion& confusion);
/// {"load", "train", "evaluate", "report"}.
Json seconds_json(const RunSeconds& seconds);

/// `scores.csv`: index, label and error of each sample; below `threshold` it is
/// predicted normal.
void write_scores(RunFolder& folder, const std::vector<Index>& index,
                  const std::vector<int>& labels, const std::vector<double>& mae, double threshold);
/// `hist_NAME.csv`: left edge, right edge and count of each of `bins` bins.
void write_histogram(RunFolder& folder, const std::string& name, const std::vector<double>& scores,
                     int bins);

}  // namespace gradus::study
