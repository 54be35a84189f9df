// The sizes of a tensor's dimensions, and the rules of broadcasting.
//
// A Shape is a small value (no heap memory) of at most kMaxRank sizes, each of
// them zero or more. Thread safety: as any value.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

#include "tensor/scalar.h"

namespace gradus {

inline constexpr int kMaxRank = 6;

class Shape {
 public:
  /// The shape of a scalar: no dimension, one element.
  Shape() = default;
  /// Throws `Error` where a size is negative, there are more than kMaxRank of
  /// them, or their product overflows.
  Shape(std::initializer_list<Index> sizes)
      : Shape(std::span<const Index>(sizes.begin(), sizes.size())) {}
  explicit Shape(std::span<const Index> sizes);

  int rank() const { return rank_; }
  /// The number of elements: the product of the sizes, 1 for a scalar.
  Index numel() const { return numel_; }
  /// That of the dimensions from `begin` up to, but without, `end`.
  Index numel(int begin, int end) const;
  /// The size of dimension `axis`. Requires: 0 <= axis < rank().
  Index operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis)]; }

  const Index* begin() const { return sizes_.data(); }
  const Index* end() const { return sizes_.data() + rank_; }

  /// The shape with dimension `axis` set to `size`, or taken away.
  Shape with(int axis, Index size) const;
  Shape without(int axis) const;
  /// The shape of `size` such things: one more dimension in front.
  Shape batch_of(Index size) const;

  bool operator==(const Shape& other) const = default;

  /// As Python writes a tuple: "(128, 784)", "(3,)", "()".
  std::string str() const;

 private:
  std::array<Index, kMaxRank> sizes_{};  // 0 from rank_ on
  int rank_ = 0;
  Index numel_ = 1;
};

/// `axis` counted from the front; negative ones count from the end. Throws
/// `Error`, naming `operation`, where the shape has no such dimension.
int axis_of(const char* operation, const Shape& shape, int axis);

/// Where element `position`, counted row by row, lies in an array of that shape: "(1, 0)".
/// Requires: 0 <= position < shape.numel().
std::string place_of(const Shape& shape, Index position);

/// The shape two operands broadcast to, as NumPy does it: aligned at the last
/// dimension, a size of 1 (or a missing dimension) stretches to the other's.
/// Throws `Error`, naming `operation`, where the sizes do not fit.
Shape broadcast(const char* operation, const Shape& a, const Shape& b);

/// Whether a tensor of shape `from` stretches to `to` without changing `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

}  // namespace gradus
