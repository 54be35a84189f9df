// The middle of several measurements, which a few slow ones do not move.
#pragma once

#include <algorithm>
#include <vector>

namespace gradus::bench {

/// The upper one of the two in the middle, where there are two. Requires: not empty.
inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace gradus::bench
