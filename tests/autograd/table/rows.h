// What the rows of the table are made of: random shapes and naive references.
//
// One file a family; each returns its entries for docs/operations.md and its rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "tests/autograd/array.h"
#include "tests/autograd/operation_table.h"

namespace gradus::test {

using Xs = std::span<const Variable>;

/// The families of operations, in the order of the page.
Family arithmetic_family();
Family unary_family();
Family shaping_family();
Family indexing_family();
Family reduction_family();
Family product_family();
Family loss_family();
Family normalisation_family();

// ---------------------------------------------------------------- shapes

/// Of ranks `least` to 4, about one in eight with a dimension of size 0.
inline Indices any_sizes(Random& random, Limit limit, Index least = 0) {
  for (;;) {
    Indices sizes(static_cast<std::size_t>(least + random.below(5 - least)));
    for (Index& size : sizes) size = 1 + random.below(limit.size);
    if (!sizes.empty() && random.below(8) == 0) {
      sizes[static_cast<std::size_t>(random.below(std::ssize(sizes)))] = 0;
    }
    if (numel(sizes) <= limit.elements) return sizes;
  }
}

/// `count` shapes that broadcast: each lacks some leading dimensions of the
/// result and has some others with size 1.
inline auto broadcasting(int count) {
  return [count](Random& random, Limit limit) {
    const Indices result = any_sizes(random, limit);
    std::vector<Shape> shapes;
    for (int i = 0; i < count; ++i) {
      Indices own = result;
      if (random.below(3) == 0)
        own.erase(own.begin(), own.begin() + random.below(std::ssize(own) + 1));
      for (Index& size : own) {
        if (random.below(4) == 0) size = 1;
      }
      shapes.emplace_back(own);
    }
    return shapes;
  };
}

/// `count` inputs of one shape, of at least rank `least`.
inline auto equal(int count, Index least = 0) {
  return [count, least](Random& random, Limit limit) {
    return std::vector(static_cast<std::size_t>(count), Shape(any_sizes(random, limit, least)));
  };
}

// ---------------------------------------------------------------- functions of one number

inline constexpr double kSeluScale = 1.0507009873554805, kSeluAlpha = 1.6732632423543772;

inline double linear(double x) { return x; }
inline double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
inline double relu_of(double x) { return x > 0 ? x : 0; }
inline double selu_of(double x) {
  return kSeluScale * (x > 0 ? x : kSeluAlpha * (std::exp(x) - 1));
}
inline double elu_of(double x) { return x > 0 ? x : std::exp(x) - 1; }
inline double softplus_of(double x) { return std::log(1 + std::exp(x)); }

}  // namespace gradus::test
