// Parts of an array, chosen by range or by index, and the way back.
#pragma once

#include <initializer_list>
#include <limits>
#include <memory>
#include <span>

#include "autograd/variable.h"
#include "tensor/pool.h"

namespace gradus {

/// As the end of a slice: all that follows.
inline constexpr Index kEnd = std::numeric_limits<Index>::max();

/// The elements begin, begin + step, ... before end of dimension `axis`; the
/// others keep their size. A negative axis, begin or end counts from the end,
/// as in Python. Throws `Error` where the axis is not there, begin or end lies
/// outside of it (NumPy would cut it off), begin lies behind end, or step < 1.
Variable slice(const Variable& x, int axis, Index begin, Index end = kEnd, Index step = 1);

/// The reverse: zeros of `shape`, with x at begin, begin + step, ... of
/// dimension `axis`. Throws `Error` where x does not fit in there or another
/// size differs.
Variable place(const Variable& x, const Shape& shape, int axis, Index begin, Index step = 1);

/// Whole numbers in an array: a constant, whose copies share their elements.
///
/// Thread safety: as any value; it is never written to.
class Indices {
 public:
  /// A copy of `values`, row by row. Throws `Error` where their number is not
  /// that of the shape.
  Indices(const Shape& shape, std::span<const Index> values);
  Indices(const Shape& shape, std::initializer_list<Index> values)
      : Indices(shape, std::span(values.begin(), values.size())) {}

  const Shape& shape() const { return shape_; }
  std::span<const Index> values() const { return *values_; }

 private:
  Shape shape_;
  std::shared_ptr<const PoolVector<Index>> values_;
};

/// From x, at each place of `index`, the element whose index along `axis` is
/// written there: y[i][j][k] = x[i][index[i][j][k]][k] for axis 1 of three, as
/// PyTorch's gather. The result has the shape of `index`, which has the rank of
/// x and in other dimensions than `axis` at most its size. Throws `Error` where
/// that does not hold, or an index is not one of 0, 1, ..., size - 1: negative
/// ones do not count from the end.
Variable gather(const Variable& x, int axis, const Indices& index);

/// The reverse, as PyTorch's scatter_add: a copy of x with source[i][j][k] added
/// to y[i][index[i][j][k]][k], for axis 1 of three. What repeated indices name
/// adds up in the order of the axis, with the same bits at any number of
/// threads. Throws `Error` as gather, and where `source` has another shape than
/// `index`.
Variable scatter_add(const Variable& x, int axis, const Indices& index, const Variable& source);

/// For each sample's class a row of `count` numbers, 1 at the class and 0
/// elsewhere: a constant (n, count). Throws `Error`, naming `operation`, where a
/// class is not one of 0, 1, ..., count - 1.
Tensor one_hot(std::span<const Index> classes, Index count, const char* operation = "one_hot");

}  // namespace gradus
