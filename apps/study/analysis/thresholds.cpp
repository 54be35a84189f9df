#include "apps/study/analysis/thresholds.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "apps/study/analysis/metrics.h"
#include "tensor/error.h"

namespace gradus::study {
namespace {

MeanStd checked_mean_std(std::string_view set, std::span<const double> scores) {
  if (scores.empty()) fail("[thresholds] got no {} scores, expected at least one", set);
  const MeanStd result = mean_std(scores);
  // One score that is not finite makes the sum of their squares so.
  if (!std::isfinite(result.std)) {
    fail(
        "[thresholds] got {} scores that are not finite, expected numbers; try a smaller "
        "learning rate",
        set);
  }
  return result;
}

// The share of both sets that is on its own side of the threshold.
double accuracy(std::span<const double> normal, std::span<const double> abnormal,
                double threshold) {
  const auto below = [=](double score) { return score < threshold; };
  const auto right = std::ranges::count_if(normal, below) + std::ranges::ssize(abnormal) -
                     std::ranges::count_if(abnormal, below);
  return static_cast<double>(right) / static_cast<double>(normal.size() + abnormal.size());
}

}  // namespace

ThresholdSearch find_thresholds(std::span<const double> normal_training,
                                std::span<const double> normal_validation,
                                std::span<const double> abnormal_validation) {
  const MeanStd training = checked_mean_std("normal training", normal_training);
  const MeanStd normal = checked_mean_std("normal validation", normal_validation);
  const MeanStd abnormal = checked_mean_std("abnormal validation", abnormal_validation);

  ThresholdSearch search;
  const double step = (abnormal.mean - normal.mean) / kSweepSteps;
  for (int i = 0; i < kSweepSteps; ++i) {
    const double threshold = normal.mean + i * step;
    search.sweep.push_back(
        {threshold, accuracy(normal_validation, abnormal_validation, threshold)});
  }
  // max_element gives the first of equals.
  const SweepPoint best = *std::ranges::max_element(search.sweep, {}, &SweepPoint::accuracy);

  const double abnormal_low = abnormal.mean - abnormal.std;
  const double normal_high = normal.mean + normal.std;
  search.thresholds = {.mean_plus_2_5_std = training.mean + 2.5 * training.std,
                       .abnormal_mean_minus_std = abnormal_low,
                       .normal_mean_plus_std = normal_high,
                       .midpoint = (abnormal_low + normal_high) / 2,
                       .best_validation = best.threshold};
  return search;
}

std::array<NamedThreshold, 5> named(const Thresholds& t) {
  return {
      {{"mean_plus_2_5_std", "mean + 2.5 std of normal training", t.mean_plus_2_5_std},
       {"abnormal_mean_minus_std", "mean - std of abnormal validation", t.abnormal_mean_minus_std},
       {"normal_mean_plus_std", "mean + std of normal validation", t.normal_mean_plus_std},
       {"midpoint", "midpoint of 2 and 3", t.midpoint},
       {"best_validation", "best on validation", t.best_validation}}};
}

}  // namespace gradus::study
