// How well a model reconstructs heartbeats, what becomes of them at the threshold,
// and the files that say so.
//
// Thread safety: plain values and free functions without state; one thread
// writes a folder.
#pragma once

#include <vector>

#include "apps/study/chart/chart.h"
#include "apps/study/data/ecg.h"
#include "apps/study/model/reconstruction.h"
#include "apps/study/run/run_result.h"

namespace gradus::study {

inline constexpr int kEcgBins = 50;  ///< of a histogram

/// The mean absolute errors (MAE) of the beats of each set.
struct EcgErrors {
  std::vector<double> train, test;
  std::vector<double> train_normal, train_abnormal, test_normal, test_abnormal;
  double threshold;  ///< mean and a standard deviation of the normal training beats
  Confusion train_confusion, test_confusion;  ///< at it
  double roc_auc, average_precision;          ///< of the test, abnormal ranked by error
};

EcgErrors judge_ecg(const EcgSets& sets, const Reconstruct& reconstruct);

/// How accuracy, precision and recall on the training beats change with the threshold.
LineChart ecg_sweep(const EcgErrors& errors, const std::vector<bool>& is_normal);

/// thresholds.csv, scores.csv, sweep.csv and two hist_*.csv.
void write_ecg_tables(RunFolder& folder, const EcgSets& sets, const EcgErrors& errors,
                      const LineChart& sweep);

/// The content of metrics.json, but for the seconds.
Json ecg_metrics(const RunResult& result, const EcgSets& sets, const DataSource& source,
                 const EcgErrors& errors);

}  // namespace gradus::study
