// Several arrays walked in step: which elements of theirs belong together.
//
// Thread safety: as any value.
#pragma once

#include <array>

#include "tensor/shape.h"

namespace gradus {

/// The dimensions that N arrays have in common, the outermost first, and how far apart
/// neighbours along each lie in each array: 0 where it stays at one element.
template <std::size_t N>
class Walk {
 public:
  struct Dimension {
    Index size = 1;
    std::array<Index, N> steps{};
  };

  std::size_t rank() const { return rank_; }
  const Dimension& operator[](std::size_t i) const { return dims_[i]; }
  /// How many places there are.
  Index places() const {
    Index result = 1;
    for (std::size_t i = 0; i < rank_; ++i) result *= dims_[i].size;
    return result;
  }
  /// Where place number `place` lies in each array.
  std::array<Index, N> offsets(Index place) const {
    std::array<Index, N> result{};
    for (std::size_t i = rank_; i-- > 0;) {
      const Index index = place % dims_[i].size;
      place /= dims_[i].size;
      for (std::size_t n = 0; n < N; ++n) result[n] += index * dims_[i].steps[n];
    }
    return result;
  }

  /// One more dimension, within the others. It becomes one with the last where in
  /// every array both together are a row of equal steps.
  void add(const Dimension& inner) {
    if (inner.size == 1) return;
    if (rank_ > 0) {
      Dimension& last = dims_[rank_ - 1];
      bool joins = true;
      for (std::size_t n = 0; n < N; ++n) joins &= last.steps[n] == inner.steps[n] * inner.size;
      if (joins) {
        last = {last.size * inner.size, inner.steps};
        return;
      }
    }
    dims_[rank_++] = inner;
  }
  /// Takes dimension `i` out of the walk; one of size 1 where there are no more.
  Dimension take(std::size_t i) {
    if (i >= rank_) return {};
    const Dimension taken = dims_[i];
    for (--rank_; i < rank_; ++i) dims_[i] = dims_[i + 1];
    return taken;
  }
  Dimension take_last() { return take(rank_ - 1); }

 private:
  std::array<Dimension, kMaxRank> dims_;
  std::size_t rank_ = 0;
};

/// The step along dimension `axis` of `out` in an array of shape `in` that is
/// stretched to it.
inline Index stretched_step(const Shape& in, const Shape& out, int axis) {
  const int own = axis - (out.rank() - in.rank());
  return own < 0 || in[own] == 1 ? 0 : in.numel(own + 1, in.rank());
}

}  // namespace gradus
