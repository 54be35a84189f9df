// Numbers at the edges, and when two of them are the same.
#pragma once

#include <cmath>
#include <limits>

#include "tests/support/expect.h"

namespace gradus::test {

using Limits = std::numeric_limits<Scalar>;
inline constexpr Scalar kInf = Limits::infinity();
inline constexpr Scalar kNan = Limits::quiet_NaN();
inline constexpr Scalar kHuge = Limits::max() / 2;  // 1.7e38 in float
inline constexpr Scalar kTiny = Limits::min() / 2;  // a subnormal: 5.9e-39 in float
inline constexpr Scalar kZero = 0, kMinusZero = Scalar(-0.0);

/// NaN is NaN, 0 is -0, and the rest may be a few units in the last place off.
inline bool same(Scalar a, Scalar b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::abs(a - b) <= (kFloat ? Scalar(5e-7) : Scalar(1e-15)) * std::abs(b);
}

}  // namespace gradus::test
