// How well a Fashion-MNIST study's model tells normal from abnormal: errors,
// thresholds and what becomes of the test set at each.
//
// Thread safety: plain values and a free function without state.
#pragma once

#include <array>
#include <vector>

#include "apps/study/analysis/metrics.h"
#include "apps/study/analysis/thresholds.h"
#include "apps/study/data/image_sets.h"
#include "apps/study/model/reconstruction.h"

namespace gradus::study {

/// The test set at one threshold.
struct ThresholdResult {
  const char* name;   ///< as in metrics.json: "best_validation"
  const char* title;  ///< for people: "Best on validation"
  double threshold;
  Confusion confusion;
};

struct Evaluation {
  /// The MAE of each image, in the order of the set.
  std::vector<double> train_normal, valid, test;
  std::vector<double> valid_normal, valid_abnormal, test_normal, test_abnormal;
  ThresholdSearch search;
  std::array<ThresholdResult, 3> results;  ///< best_validation, midpoint, mean_plus_2_5_std
  double roc_auc = 0;                      ///< of the test set, abnormal ranked by MAE
  double average_precision = 0;            ///< likewise
};

/// Throws `Error` where an error is not finite: the training diverged.
Evaluation evaluate(const FashionSets& sets, const Reconstruct& reconstruct);

}  // namespace gradus::study
