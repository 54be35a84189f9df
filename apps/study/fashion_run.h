// A finished Fashion-MNIST training and everything that is written about it.
//
// Thread safety: plain values; one thread writes a folder.
#pragma once

#include <string>

#include "apps/study/chart.h"
#include "apps/study/evaluation.h"
#include "apps/study/fashion_mnist.h"
#include "apps/study/options.h"
#include "apps/study/report.h"
#include "apps/study/run_folder.h"
#include "apps/study/training.h"

namespace gradus::study {

/// Seconds that the parts of a run took.
struct RunSeconds {
  double load = 0, train = 0, evaluate = 0, report = 0;
};

struct FashionRun {
  std::string study;   ///< "ae_fashion"
  std::string model;   ///< for people: "an autoencoder"
  std::string method;  ///< likewise: "RMSprop, binary cross-entropy"
  std::string loss;    ///< likewise: "binary cross-entropy"
  StudyOptions options;
  std::uint64_t seed = 0;
  const FashionMnist& data;
  const FashionSets& sets;
  Index parameters = 0;
  std::string summary;  ///< of the model
  Training training;
  Evaluation evaluation;
  Reconstruct reconstruct;
  RunSeconds seconds;
};

/// Writes every file of the run into `folder`, `metrics.json` last, and prints
/// a summary unless the options say quiet. Fills `run.seconds.report`.
void write_fashion_run(FashionRun& run, const RunFolder& folder);

// The parts of that:

/// `thresholds.csv`, `sweep.csv`, `scores.csv` and one `hist_*.csv` a histogram.
void write_tables(const FashionRun& run, const RunFolder& folder);
/// The content of `metrics.json`.
std::string metrics_json(const FashionRun& run);
/// The loss curves, histograms and pixel plots, as files and for the page.
std::vector<DrawnChart> draw_fashion_charts(const FashionRun& run, const RunFolder& folder);
/// The image grids as files, and the page.
Report fashion_report(const FashionRun& run, const std::vector<DrawnChart>& charts,
                      const RunFolder& folder);

/// A set that a histogram is drawn of: its errors, and which of the
/// five thresholds it marks (how many, from the first on).
struct HistogramOf {
  const char* name;     ///< "train_normal": the stem of its files behind "hist_"
  const char* caption;  ///< "the normal training data"
  const std::vector<double>* mae;
  const std::vector<bool>* is_normal;  ///< null: all of one kind
  Ink ink;                             ///< of that one kind
  int thresholds;
};
std::vector<HistogramOf> histograms_of(const FashionRun& run);
inline constexpr int kHistogramBins = 100;

}  // namespace gradus::study
