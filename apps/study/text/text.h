// Numbers as people read them.
//
// Thread safety: free functions without state.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <string>

namespace gradus::study {

/// 12345 as "12,345".
inline std::string grouped(int64_t count) {
  std::string digits = std::to_string(count);
  const auto first = static_cast<std::ptrdiff_t>(count < 0 ? 1 : 0);
  for (auto i = std::ssize(digits) - 3; i > first; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), ",");
  }
  return digits;
}

/// 23.49 as "23.5 s", less than a second with two decimals.
inline std::string seconds_text(double seconds) {
  return fmt::format("{:.{}f} s", seconds, seconds < 1 ? 2 : 1);
}

/// 0.9825 as "98.25 %"; a dash where it is not finite.
inline std::string percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.2f} %", 100 * share) : "–";
}

}  // namespace gradus::study
