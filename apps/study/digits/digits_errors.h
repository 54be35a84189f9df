// How well a model reconstructs digits, which of them are anomalies, and the files
// that say so.
//
// Thread safety: plain values and free functions without state; one thread
// writes a folder.
#pragma once

#include <vector>

#include "apps/study/data/digits.h"
#include "apps/study/model/reconstruction.h"
#include "apps/study/run/run_result.h"

namespace gradus::study {

/// The share of the test images, in percent, that are no anomalies.
inline constexpr double kDigitsPercentile = 99;

struct DigitErrors {
  std::vector<double> train, test;  ///< the mean absolute error (MAE) of each image
  double threshold;                 ///< the percentile of the test errors
  std::vector<Index> anomalies;     ///< positions in the test set, above the threshold
  Tensor flipped;                   ///< (10, columns, rows): the first digits, transposed
  std::vector<double> flipped_mae;  ///< theirs

  /// The least error above the threshold: the notebook counts a digit exactly on it
  /// as normal, the other studies and `predict` one below.
  double least_anomalous() const;
  /// How many of the transposed digits are above the threshold.
  std::int64_t flipped_anomalies() const;
};

DigitErrors judge_digits(const DigitSets& sets, const Reconstruct& reconstruct);

/// thresholds.csv, scores.csv, hist_train.csv and hist_test.csv.
void write_digit_tables(RunFolder& folder, const DigitSets& sets, const DigitErrors& errors);

/// The content of metrics.json, but for the seconds.
Json digit_metrics(const RunResult& result, const DigitSets& sets, const DataSource& source,
                   const DigitErrors& errors);

}  // namespace gradus::study
