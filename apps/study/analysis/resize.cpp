#include "apps/study/analysis/resize.h"

#include <algorithm>
#include <cmath>

#include "tensor/error.h"

namespace gradus::study {
namespace {

// Between which two of `from` cells cell `i` of `to` lies, and how far along.
struct Between {
  Index low, high;
  double share;

  Between(Index i, Index from, Index to) {
    const double centre =
        (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
    const double place = std::clamp(centre, 0.0, static_cast<double>(from - 1));
    low = static_cast<Index>(place);
    high = std::min(low + 1, from - 1);
    share = place - static_cast<double>(low);
  }
};

}  // namespace

Tensor resize_bilinear(const Tensor& grid, Index rows, Index columns) {
  if (grid.rank() != 3 || grid.shape()[0] < 1 || grid.shape()[1] < 1 || rows < 1 || columns < 1) {
    fail(
        "[resize] got a grid of {} for {} x {}, expected (rows, columns, depth) with at least one "
        "row and column of each",
        grid.shape().str(), rows, columns);
  }
  const Index depth = grid.shape()[2], across = grid.shape()[1];
  Tensor result = Tensor::uninitialized({rows, columns, depth});
  const Scalar* const x = grid.data().data();
  Scalar* y = result.mutable_data().data();
  for (Index row = 0; row < rows; ++row) {
    const Between r(row, grid.shape()[0], rows);
    for (Index column = 0; column < columns; ++column) {
      const Between c(column, across, columns);
      for (Index i = 0; i < depth; ++i) {
        const auto at = [&](Index a, Index b) {
          return static_cast<double>(x[(a * across + b) * depth + i]);
        };
        const double upper = std::lerp(at(r.low, c.low), at(r.low, c.high), c.share);
        const double lower = std::lerp(at(r.high, c.low), at(r.high, c.high), c.share);
        *y++ = static_cast<Scalar>(std::lerp(upper, lower, r.share));
      }
    }
  }
  return result;
}

}  // namespace gradus::study
