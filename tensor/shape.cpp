#include "tensor/shape.h"

#include <algorithm>

#include "tensor/error.h"

namespace gradus {

Shape::Shape(std::span<const Index> sizes) {
  if (sizes.size() > kMaxRank) {
    fail("[shape] got {} dimensions, expected at most {}", sizes.size(), kMaxRank);
  }
  rank_ = static_cast<int>(sizes.size());
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
  Index most = 1;  // also where a size of 0 leaves no element, steps must be countable
  for (const Index size : sizes) {
    if (size < 0) fail("[shape] got a size of {}, expected 0 or more", size);
    if (__builtin_mul_overflow(most, std::max<Index>(size, 1), &most)) {
      fail("[shape] {} has more elements than can be counted", str());
    }
    numel_ *= size;
  }
}

Index Shape::numel(int begin, int end) const {
  Index product = 1;
  for (int axis = begin; axis < end; ++axis) product *= (*this)[axis];
  return product;
}

Shape Shape::with(int axis, Index size) const {
  std::array<Index, kMaxRank> sizes = sizes_;
  sizes[static_cast<std::size_t>(axis)] = size;
  return Shape(std::span<const Index>(sizes).first(static_cast<std::size_t>(rank_)));
}

Shape Shape::without(int axis) const {
  std::array<Index, kMaxRank> sizes = sizes_;
  std::copy(begin() + axis + 1, end(), sizes.begin() + axis);
  return Shape(std::span<const Index>(sizes).first(static_cast<std::size_t>(rank_ - 1)));
}

Shape Shape::batch_of(Index size) const {
  std::array<Index, kMaxRank + 1> sizes{size};
  std::copy(begin(), end(), sizes.begin() + 1);
  return Shape(std::span<const Index>(sizes).first(static_cast<std::size_t>(rank_) + 1));
}

std::string Shape::str() const {
  return fmt::format("({}{})", fmt::join(begin(), end(), ", "), rank_ == 1 ? "," : "");
}

int axis_of(const char* operation, const Shape& shape, int axis) {
  const int rank = shape.rank();
  if (rank == 0) fail("[{}] got shape (), expected one dimension or more", operation);
  if (axis < -rank || axis >= rank) {
    fail("[{}] got axis {} for shape {}, expected {} to {}", operation, axis, shape.str(), -rank,
         rank - 1);
  }
  return axis < 0 ? axis + rank : axis;
}

std::string place_of(const Shape& shape, Index position) {
  Shape place = shape;
  for (int axis = shape.rank(); axis-- > 0;) {
    place = place.with(axis, position % shape[axis]);
    position /= shape[axis];
  }
  return place.str();
}

Shape broadcast(const char* operation, const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::array<Index, kMaxRank> sizes{};
  for (int i = 1; i <= rank; ++i) {  // from the last dimension to the first
    const Index from_a = i <= a.rank() ? a[a.rank() - i] : 1;
    const Index from_b = i <= b.rank() ? b[b.rank() - i] : 1;
    if (from_a != from_b && from_a != 1 && from_b != 1) {
      fail(
          "[{}] got shapes {} and {}, expected sizes that are equal or 1 from the last dimension "
          "on; try reshape",
          operation, a.str(), b.str());
    }
    sizes[static_cast<std::size_t>(rank - i)] = from_a == 1 ? from_b : from_a;
  }
  return Shape(std::span<const Index>(sizes).first(static_cast<std::size_t>(rank)));
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int i = 1; i <= from.rank(); ++i) {
    const Index size = from[from.rank() - i];
    if (size != 1 && size != to[to.rank() - i]) return false;
  }
  return true;
}

}  // namespace gradus
