// Quantiles, and the five numbers of a box plot.
//
// Thread safety: free functions without state, and plain values.
#pragma once

#include <vector>

namespace gradus::study {

/// The value below which `share` (0 to 1) of the ascending `sorted` lies, by
/// linear interpolation between neighbours, as NumPy's. Requires: not empty.
double quantile(const std::vector<double>& sorted, double share);

/// The `percent`-th percentile (0 to 100) of `values`, which need no order.
/// Throws `Error` where there is none, one is not finite, or `percent` is out of
/// range.
double percentile(std::vector<double> values, double percent);

/// A box of a box plot; NaN throughout where there is no finite value.
struct BoxSummary {
  double low = 0;  ///< least value within 1.5 box widths of the box
  double quartile_1 = 0;
  double median = 0;
  double quartile_3 = 0;
  double high = 0;               ///< greatest such value
  std::vector<double> outliers;  ///< the values beyond, ascending
};

/// The box of the finite `values`.
BoxSummary summarise(std::vector<double> values);

}  // namespace gradus::study
