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

  result.counts.resize(static_cast<size_t>(bins));
  for (const double value : values) {
    const auto next = std::ranges::upper_bound(result.edges, value);
    const auto bin = std::min<std::ptrdiff_t>(next - result.edges.begin(), bins) - 1;
    ++result.counts[static_cast<size_t>(bin)];
  }
  return result;
}

}  // namespace gradus::study
