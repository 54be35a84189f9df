#include "apps/study/analysis/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "tensor/error.h"

namespace gradus::study {

double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

double percentile(std::vector<double> values, double percent) {
  if (!(percent >= 0 && percent <= 100)) {
    fail("[statistics] got the percentile {}, expected 0 to 100", percent);
  }
  if (values.empty()) fail("[statistics] percentile: got no value, expected at least one");
  for (const double value : values) {
    if (!std::isfinite(value)) {
      fail("[statistics] percentile: got the value {}, expected finite ones", value);
    }
  }
  std::sort(values.begin(), values.end());
  return quantile(values, percent / 100);
}

BoxSummary summarise(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none, none, none, none, {}};
  }
  std::sort(values.begin(), values.end());
  BoxSummary box;
  box.quartile_1 = quantile(values, 0.25);
  box.median = quantile(values, 0.5);
  box.quartile_3 = quantile(values, 0.75);
  const double reach = 1.5 * (box.quartile_3 - box.quartile_1);
  // Interpolated quartiles can lie beyond every value within reach.
  box.low = box.quartile_1;
  box.high = box.quartile_3;
  for (const double value : values) {
    if (value < box.quartile_1 - reach || value > box.quartile_3 + reach) {
      box.outliers.push_back(value);
    } else {
      box.low = std::min(box.low, value);
      box.high = std::max(box.high, value);
    }
  }
  return box;
}

}  // namespace gradus::study
