// Slices of an array along one dimension, taken together or walked: what
// reductions, softmax and normalisation are loops over.
//
// Thread safety: free functions; the caller orders writes to shared arrays.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "tensor/parallel.h"

namespace gradus {

// How numbers are taken together: what it is of none, and with one more.
struct Sum {
  using Value = double;
  static constexpr Value kStart = 0;
  static Value with(Value sum, Value v) { return sum + v; }
};
// `|` instead of `||`: a select that the compiler vectorises. Once NaN, always NaN.
template <bool kLargest>
struct Extreme {
  using Value = Scalar;
  static constexpr Value kStart = (kLargest ? -1 : 1) * std::numeric_limits<Scalar>::infinity();
  static Value with(Value best, Value v) {
    const bool better = kLargest ? v > best : v < best;
    return (better | bool(v != v)) ? v : best;
  }
};

/// f(0), f(1), ..., f(n - 1) taken together: neighbours in different lanes, which
/// the compiler makes vectors of, and these in order.
template <class Take, class F>
typename Take::Value fold(Index n, const F& f) {
  constexpr Index kLanes = 16;
  std::array<typename Take::Value, kLanes> lane;
  lane.fill(Take::kStart);
  typename Take::Value* const value = lane.data();
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
#pragma omp simd
    for (Index l = 0; l < kLanes; ++l) value[l] = Take::with(value[l], f(i + l));
  }
  for (; i < n; ++i) value[0] = Take::with(value[0], f(i));
  for (Index l = 1; l < kLanes; ++l) value[0] = Take::with(value[0], value[l]);
  return value[0];
}

/// Neighbouring slices: element `row` of slice i is at begin + row step + i. One
/// slice, where `step` is 1.
struct Slices {
  static constexpr Index kMost = 64;
  struct Element {
    Index place;       ///< in the array
    Index row, slice;  ///< along the dimension; of these slices
  };
  /// A number for each slice.
  template <class T>
  struct Each {
    std::array<T, kMost> values;
    T& operator[](Index slice) { return values[static_cast<std::size_t>(slice)]; }
    const T& operator[](Index slice) const { return values[static_cast<std::size_t>(slice)]; }
  };

  Index first;  ///< the number of the first one among all slices
  Index begin, size, step, width;

  /// f(Element) for every one. Loops over neighbours inside.
  template <class F>
  void walk(const F& f) const {
    if (step == 1) {
#pragma omp simd
      for (Index k = 0; k < size; ++k) f(Element{begin + k, k, 0});
      return;
    }
    for (Index k = 0; k < size; ++k) {
#pragma omp simd
      for (Index i = 0; i < width; ++i) f(Element{begin + k * step + i, k, i});
    }
  }

  /// What f(Element) of all of a slice is together, for each slice. Where there are
  /// several, their results are kept while the rows stream by.
  template <class Take, class F>
  Each<typename Take::Value> take(const F& f) const {
    Each<typename Take::Value> result;
    if (step == 1) {
      result[0] = fold<Take>(size, [&](Index k) { return f(Element{begin + k, k, 0}); });
      return result;
    }
    result.values.fill(Take::kStart);
    walk([&](Element e) { result[e.slice] = Take::with(result[e.slice], f(e)); });
    return result;
  }
};

/// body(Slices) for all slices of an array of outer x size x inner along its middle.
template <class Body>
void for_slices(Index outer, Index size, Index inner, const Body& body) {
  const Index tiles = (inner + Slices::kMost - 1) / Slices::kMost;
  parallel_for(outer * tiles, grain_for(size * std::min(inner, Slices::kMost)),
               [&](Index from, Index to) {
                 for (Index t = from; t < to; ++t) {
                   const Index o = t / tiles, i = t % tiles * Slices::kMost;
                   body(Slices{o * inner + i, o * size * inner + i, size, inner,
                               std::min(Slices::kMost, inner - i)});
                 }
               });
}

}  // namespace gradus
