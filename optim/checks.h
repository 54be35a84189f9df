// What the options of optimizers have in common.
#pragma once

#include <cmath>

#include "tensor/error.h"
#include "tensor/scalar.h"

namespace gradus::optim {

inline void check_decay(const char* optimizer, const char* option, Scalar value) {
  if (!(value >= 0 && value < 1)) {
    fail("[{}] got {} {}, expected a number in [0, 1)", optimizer, option, value);
  }
}

inline void check_epsilon(const char* optimizer, Scalar value) {
  if (!(value > 0) || !std::isfinite(value)) {
    fail("[{}] got epsilon {}, expected a positive number", optimizer, value);
  }
}

}  // namespace gradus::optim
