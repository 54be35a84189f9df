#include "apps/study/analysis/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "tensor/error.h"

namespace gradus::study {
namespace {

double share(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

void check(std::string_view what, std::span<const double> scores, size_t flags) {
  if (flags != scores.size()) {
    fail("[{}] got {} flags, expected one for each of the {} scores", what, flags, scores.size());
  }
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i])) {
      fail("[{}] got the score {} for sample {}, expected a finite number", what, scores[i], i);
    }
  }
}

// The samples that share one score: what a threshold can only pass together.
struct Tie {
  int64_t positive = 0;
  int64_t negative = 0;
};

std::vector<Tie> ties_highest_first(std::span<const double> scores,
                                    const std::vector<bool>& is_positive) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  std::vector<Tie> ties;
  for (size_t k = 0; k < order.size(); ++k) {
    if (k == 0 || scores[order[k]] != scores[order[k - 1]]) ties.emplace_back();
    ++(is_positive[order[k]] ? ties.back().positive : ties.back().negative);
  }
  return ties;
}

}  // namespace

double Confusion::accuracy() const {
  return share(abnormal_as_abnormal + normal_as_normal,
               abnormal_as_abnormal + abnormal_as_normal + normal_as_abnormal + normal_as_normal);
}

double Confusion::precision() const {
  return share(normal_as_normal, normal_as_normal + abnormal_as_normal);
}

double Confusion::recall() const {
  return share(normal_as_normal, normal_as_normal + normal_as_abnormal);
}

Confusion confusion(std::span<const double> scores, const std::vector<bool>& is_normal,
                    double threshold) {
  check("confusion", scores, is_normal.size());
  Confusion counts;
  for (size_t i = 0; i < scores.size(); ++i) {
    const bool as_normal = scores[i] < threshold;
    if (is_normal[i]) {
      ++(as_normal ? counts.normal_as_normal : counts.normal_as_abnormal);
    } else {
      ++(as_normal ? counts.abnormal_as_normal : counts.abnormal_as_abnormal);
    }
  }
  return counts;
}

double roc_auc(std::span<const double> scores, const std::vector<bool>& is_positive) {
  check("roc_auc", scores, is_positive.size());
  // Each tie is a trapezoid of the curve: `negative` wide, from the positives
  // seen so far to those seen with it. Areas in units of one pair, doubled so
  // that they stay whole numbers and the result is rounded once.
  int64_t positives = 0, negatives = 0, twice_area = 0;
  for (const Tie& tie : ties_highest_first(scores, is_positive)) {
    twice_area += tie.negative * (2 * positives + tie.positive);
    positives += tie.positive;
    negatives += tie.negative;
  }
  if (positives == 0 || negatives == 0) return std::numeric_limits<double>::quiet_NaN();
  return share(twice_area, 2 * positives * negatives);
}

double average_precision(std::span<const double> scores, const std::vector<bool>& is_positive) {
  check("average_precision", scores, is_positive.size());
  int64_t positives = 0, seen = 0;
  double sum = 0;
  for (const Tie& tie : ties_highest_first(scores, is_positive)) {
    positives += tie.positive;
    seen += tie.positive + tie.negative;
    sum += share(positives, seen) * static_cast<double>(tie.positive);
  }
  return positives == 0 ? 0.0 : sum / static_cast<double>(positives);
}

MeanStd mean_std(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / n)};
}

std::vector<double> only(const std::vector<double>& values, const std::vector<bool>& flags,
                         bool flag) {
  std::vector<double> result;
  for (size_t i = 0; i < values.size(); ++i) {
    if (flags[i] == flag) result.push_back(values[i]);
  }
  return result;
}

}  // namespace gradus::study
