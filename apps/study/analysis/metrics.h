// How well scores tell two kinds of samples apart.
//
// Two conventions, both scikit-learn's:
//
// - `Confusion`: *normal is the positive class*. A sample whose score (its
//   reconstruction error, MAE) is strictly below the threshold is predicted normal.
// - `roc_auc` and `average_precision` rank: a *higher* score speaks for the
//   positive class. As the MAE is high for what the model never saw, the studies
//   call them with *abnormal as positive*. (Turning both scores and classes round
//   leaves the ROC area as it is, but not the average precision.)
//
// Every function throws `Error` where flags and scores differ in number or a
// score is not finite.
// Thread safety: free functions without state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradus::study {

/// How many samples of each kind were predicted to be of each kind.
struct Confusion {
  int64_t abnormal_as_abnormal = 0;
  int64_t abnormal_as_normal = 0;
  int64_t normal_as_abnormal = 0;
  int64_t normal_as_normal = 0;

  /// The share of right predictions among all.
  double accuracy() const;
  /// The share of normal samples among those predicted normal.
  double precision() const;
  /// The share of samples predicted normal among the normal ones.
  double recall() const;
  // A share of nothing, 0 / 0, is 0, as by scikit-learn's zero_division.
};

/// Predicts every sample whose score is below `threshold` normal, the others
/// (the one exactly on it too) abnormal, and counts.
Confusion confusion(std::span<const double> scores, const std::vector<bool>& is_normal,
                    double threshold);

/// The area under the ROC curve: the chance that a random positive sample scores
/// higher than a random negative one, a tie counting one half. 1 is perfect, 0.5
/// chance. Equals scikit-learn's roc_auc_score; NaN, as there, where one class is
/// empty. O(n log n).
/// Source: Fawcett, An introduction to ROC analysis (2006), algorithms 1 and 2.
double roc_auc(std::span<const double> scores, const std::vector<bool>& is_positive);

/// The sum over the distinct scores, highest first, of precision times gain in
/// recall, without interpolation. Equals scikit-learn's average_precision_score;
/// 0, as there, where no sample is positive. O(n log n).
double average_precision(std::span<const double> scores, const std::vector<bool>& is_positive);

struct MeanStd {
  double mean;
  double std;  ///< of the population: divided by n, not by n - 1
};

/// In two passes, so nothing cancels where the spread is small beside the mean.
/// Both NaN, as numpy has it, where there are no values.
MeanStd mean_std(std::span<const double> values);

/// The values whose flag is `flag`. Requires: a flag for each.
std::vector<double> only(const std::vector<double>& values, const std::vector<bool>& flags,
                         bool flag);

}  // namespace gradus::study
