#include "apps/study/analysis/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>

#include "tensor/error.h"

namespace gradus::study {

Histogram histogram(std::span<const double> values, int bins) {
  if (bins < 1) fail("[histogram] got {} bins, expected at least one", bins);
  double first = 0, last = 1;
  if (!values.empty()) {
    for (const double value : values) {
      if (!std::isfinite(value)) {
        fail("[histogram] got the value {}, expected finite numbers", value);
      }
    }
    const auto [least, greatest] = std::ranges::minmax(values);
    const double widen = least == greatest ? 0.5 : 0.0;
    first = least - widen;
    last = greatest + widen;
  }

  Histogram result;
  const double step = (last - first) / bins;
  for (int i = 0; i < bins; ++i) result.edges.push_back(i * step + first);
  result.edges.push_back(last);  // exactly, whatever the rounding of the others
  if (!std::isfinite(step) ||
      std::ranges::adjacent_find(result.edges, std::greater_equal<>()) != result.edges.end()) {
    fail("[histogram] got values from {} to {}, expected a range that divides into {} bins", first,
         last, bins);
  }

  result.counts = bin_counts(values, result.edges);
  return result;
}

std::vector<int64_t> bin_counts(std::span<const double> values, std::span<const double> edges) {
  std::vector<int64_t> counts(edges.size() - 1);
  for (const double value : values) {
    const auto next = std::ranges::upper_bound(edges, value);
    const auto bin = std::min(next - edges.begin(), std::ssize(counts)) - 1;
    ++counts[static_cast<size_t>(bin)];
  }
  return counts;
}

}  // namespace gradus::study
