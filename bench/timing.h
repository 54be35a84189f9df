// Times of calls, and the middle of several, which a few slow ones do not move.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace gradus::bench {

/// How long `body()` takes, in seconds.
template <class Body>
double seconds_of(const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The upper one of the two in the middle, where there are two. Requires: not empty.
inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace gradus::bench
