// Arrays for naive references: what an operation means, written as plain loops
// over indices, in double, with nothing of the library's kernels.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "tensor/tensor.h"

namespace gradus::test {

/// Sizes of an array, or the place of one of its elements.
using Indices = std::vector<Index>;

struct Array {
  Indices sizes;
  std::vector<double> values;  ///< row by row

  Index rank() const { return static_cast<Index>(sizes.size()); }
  /// The element at `index` as broadcasting sees it: aligned at the last
  /// dimension, where surplus leading indices fall away and a size of 1 repeats.
  double at(const Indices& index) const { return values[position(index)]; }
  double& at(const Indices& index) { return values[position(index)]; }

 private:
  std::size_t position(const Indices& index) const {
    const std::size_t surplus = index.size() - sizes.size();
    Index result = 0;
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
      result = result * sizes[axis] + (sizes[axis] == 1 ? 0 : index[surplus + axis]);
    }
    return static_cast<std::size_t>(result);
  }
};
using Arrays = std::span<const Array>;

inline Index numel(const Indices& sizes) {
  Index result = 1;
  for (const Index size : sizes) result *= size;
  return result;
}

/// The array whose element at each index is f(index).
template <class F>
Array tabulate(const Indices& sizes, F f) {
  Array result{sizes, {}};
  Indices index(sizes.size(), 0);
  for (Index left = numel(sizes); left > 0; --left) {
    result.values.push_back(f(index));
    for (std::size_t axis = sizes.size(); axis-- > 0;) {  // counts up like an odometer
      if (++index[axis] < sizes[axis]) break;
      index[axis] = 0;
    }
  }
  return result;
}

/// The sizes that arrays of sizes a and b stretch to together.
inline Indices stretched(const Indices& a, const Indices& b) {
  Indices result = a.size() >= b.size() ? a : b;
  const Indices& other = a.size() >= b.size() ? b : a;
  for (std::size_t back = 1; back <= other.size(); ++back) {
    Index& size = result[result.size() - back];
    if (size == 1) size = other[other.size() - back];
  }
  return result;
}

/// The reference of an elementwise function of one, two or three numbers.
template <class F>
std::function<Array(Arrays)> elementwise(F f) {
  return [f](Arrays x) {
    Indices sizes;
    for (const Array& one : x) sizes = stretched(sizes, one.sizes);
    return tabulate(sizes, [&](const Indices& i) -> double {
      if constexpr (std::is_invocable_v<F, double>) {
        return f(x[0].at(i));
      } else if constexpr (std::is_invocable_v<F, double, double>) {
        return f(x[0].at(i), x[1].at(i));
      } else {
        return f(x[0].at(i), x[1].at(i), x[2].at(i));
      }
    });
  };
}

/// The sum of x over whatever `sizes` lacks or has as 1.
inline Array summed_to(const Array& x, const Indices& sizes) {
  Array result = tabulate(sizes, [](const Indices&) { return 0.0; });
  tabulate(x.sizes, [&](const Indices& i) { return result.at(i) += x.at(i); });
  return result;
}

inline Indices sizes_of(const Shape& shape) { return {shape.begin(), shape.end()}; }
inline Array array_of(const Tensor& x) {
  return {sizes_of(x.shape()), {x.data().begin(), x.data().end()}};
}

}  // namespace gradus::test
