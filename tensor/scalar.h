// The number type of a build.
//
// The same sources are built twice: with `float`, in which models train, and
// with `double` (GRADUS_DOUBLE), in which the tests check every gradient. One
// type for a whole build keeps templates out of every signature.
#pragma once

#include <cstdint>

namespace gradus {

#ifdef GRADUS_DOUBLE
using Scalar = double;
#else
using Scalar = float;
#endif

/// Sizes, strides and positions. Signed, so that differences are safe.
using Index = std::int64_t;

}  // namespace gradus
