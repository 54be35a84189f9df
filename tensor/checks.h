// What numbers that are given as options must be.
#pragma once

#include <cmath>

#include "tensor/error.h"
#include "tensor/scalar.h"

namespace gradus {

/// `value`, which must be at least 0 and below 1. Throws `Error`, saying who got which option.
inline Scalar checked_share(const char* who, const char* option, Scalar value) {
  if (!(value >= 0 && value < 1)) {
    fail("[{}] got {} {}, expected at least 0 and below 1", who, option, value);
  }
  return value;
}

/// `value`, which must be above 0 and finite. Throws likewise.
inline Scalar checked_positive(const char* who, const char* option, Scalar value) {
  if (!(value > 0) || !std::isfinite(value)) {
    fail("[{}] got {} {}, expected a positive number", who, option, value);
  }
  return value;
}

}  // namespace gradus
