// Histograms with numpy's rules, so that ours can be laid over the notebooks'.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradus::study {

/// Bin i holds edges[i] <= value < edges[i + 1]; the last one its right edge too.
struct Histogram {
  std::vector<double> edges;    ///< bins + 1, strictly increasing
  std::vector<int64_t> counts;  ///< bins
};

/// Counts `values` in `bins` bins of equal width from the least value to the
/// greatest. Where all are equal the range is that value ± 0.5; where there are
/// none, 0 to 1. Throws `Error` where `bins` is not positive, a value is not
/// finite, or the range is too narrow or too wide for floating point to divide.
/// Source: numpy.histogram.
Histogram histogram(std::span<const double> values, int bins);

/// How many of `values` are in each bin between `edges`, as in a Histogram.
/// Requires: at least two edges, strictly increasing, and no value outside of them.
std::vector<int64_t> bin_counts(std::span<const double> values, std::span<const double> edges);

}  // namespace gradus::study
