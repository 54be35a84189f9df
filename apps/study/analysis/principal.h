// The directions in which points vary most.
//
// Thread safety: a plain value and a free function without state.
// Source: Pearson, On lines and planes of closest fit to systems of points in
// space, 1901.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace gradus::study {

struct Principal {
  Tensor mean;                ///< (d,), of the points
  Tensor directions;          ///< (k, d), of unit length, that of the largest variance first
  std::vector<double> share;  ///< k shares of the variance; 0 where there is none

  /// Points (n, d) as their distances (n, k) along the directions from the mean.
  Tensor projected(const Tensor& points) const;
};

/// The first `k` principal directions of points (n, d). Each points where its
/// largest component is positive, for its sign means nothing. Throws `Error`
/// where there is no point, k is not 1 to d, or a number is not finite.
Principal principal_directions(const Tensor& points, Index k);

}  // namespace gradus::study
