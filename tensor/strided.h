// Copies between arrays that hold the same elements in other places: a
// permutation of the dimensions, a piece of one, several joined into one.
//
// Thread safety: free functions; the caller orders writes to shared tensors.
#pragma once

#include <array>

#include "tensor/map.h"
#include "tensor/tensor.h"

namespace gradus {

/// How far apart neighbours along each dimension lie in memory, in elements.
using Steps = std::array<Index, kMaxRank>;
/// The steps of a row-major array of that shape.
Steps row_major(const Shape& shape);

/// to[i] = from[i], or to[i] += from[i], at each place i of an array of `shape`.
/// Requires: the steps of `to` lead to no element twice; the two do not overlap.
void copy_strided(const Shape& shape, Scalar* to, const Steps& to_steps, const Scalar* from,
                  const Steps& from_steps, Write write);

/// All elements become 0.
void clear(Tensor& x);

/// `shape` seen around one of its dimensions: (those before, it, those behind).
Shape around(const Shape& shape, int axis);

/// The elements begin, begin + step, ... of one dimension of an array, `count` of them.
class AxisSlice {
 public:
  /// Requires: they are there, and step > 0.
  AxisSlice(const Shape& whole, int axis, Index begin, Index count, Index step = 1);
  /// Copies them out of `whole` into all of `to`.
  void take(Tensor& to, Write write, const Tensor& whole) const;
  /// Copies all of `from` to their places in `whole`; what lies between stays.
  void put(Tensor& whole, Write write, const Tensor& from) const;
  /// All of `whole` but them becomes 0; they may, too.
  void clear_rest(Tensor& whole) const;

 private:
  Shape whole_, piece_;
  Steps steps_;  // in `whole`, from element to element of the piece
  Index begin_, step_;
};

}  // namespace gradus
