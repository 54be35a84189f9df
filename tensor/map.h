// Elementwise kernels: one loop for every function of corresponding elements,
// with broadcasting.
//
// `map` is a template over the function, so each operation gets its own
// vectorised loop; the cutting into threads, the broadcasting and the choice
// between writing and adding are here once. Kernels know no gradients.
//
// Thread safety: free functions; the caller orders writes to shared tensors.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "tensor/parallel.h"
#include "tensor/pool.h"
#include "tensor/tensor.h"
#include "tensor/walk.h"

namespace gradus {

/// Whether a kernel writes its result or adds it to what is there: the `beta`
/// of a matrix product, 0 or 1, for elementwise kernels.
enum class Write { overwrite, add };

namespace detail {

// y = f(x...), or y += f(x...), for a run of n neighbours.
template <class F, class... In>
void map_run(Scalar* y, Index n, Write write, F f, const In*... x) {
  if (write == Write::overwrite) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) y[i] = f(x[i]...);
  } else {
#pragma omp simd
    for (Index i = 0; i < n; ++i) y[i] += f(x[i]...);
  }
}

}  // namespace detail

/// out = f(inputs...) element by element, or out += f(inputs...). Every input
/// is broadcast to the shape of `out`.
/// Requires: broadcasts_to(input.shape(), out.shape()) for each input.
template <class F, class... In>
void map(Tensor& out, Write write, F f, const In&... inputs) {
  constexpr std::size_t N = sizeof...(In);
  assert((broadcasts_to(inputs.shape(), out.shape()) && ...));
  Scalar* const y = out.mutable_data().data();
  const std::array<const Scalar*, N> x{inputs.data().data()...};
  const auto loop = [&]<std::size_t... I>(std::index_sequence<I...>) {
    if (((inputs.shape() == out.shape()) && ...)) {
      parallel_for(out.numel(), kElementGrain, [&](Index begin, Index end) {
        detail::map_run(y + begin, end - begin, write, f, (x[I] + begin)...);
      });
      return;
    }
    Walk<N> walk;
    for (int axis = 0; axis < out.rank(); ++axis) {
      walk.add({out.shape()[axis], {stretched_step(inputs.shape(), out.shape(), axis)...}});
    }
    const auto last = walk.take_last();
    const Index row = last.size;
    const std::array<bool, N> repeats{(last.steps[I] == 0)...};
    // What a row repeats is written out once for a block of it: then all inputs
    // are runs of neighbours.
    constexpr Index kBlock = 256;
    const Index part = std::clamp<Index>(row, 1, kElementGrain);  // long rows are cut
    const Index parts = (row + part - 1) / part;
    const Index rows = row == 0 ? 0 : out.numel() / row;
    parallel_for(rows * parts, grain_for(part), [&](Index begin, Index end) {
      std::array<std::array<Scalar, kBlock>, N> repeated;
      for (Index p = begin; p < end; ++p) {
        const Index from = p % parts * part, to = std::min(row, from + part);
        Scalar* const y_row = y + p / parts * row;
        const std::array<Index, N> start = walk.offsets(p / parts);
        const std::array<const Scalar*, N> x_row{(x[I] + start[I])...};
        const Index block = std::min(kBlock, to - from);
        ((repeats[I] ? std::fill_n(repeated[I].data(), block, *x_row[I]) : nullptr), ...);
        for (Index b = from; b < to; b += block) {
          detail::map_run(y_row + b, std::min(block, to - b), write, f,
                          (repeats[I] ? repeated[I].data() : x_row[I] + b)...);
        }
      }
    });
  };
  loop(std::index_sequence_for<In...>());
}

/// The sum of f(inputs...) over all elements. Chunks of fixed size are summed
/// on their own and then in order, in double: the same bits at any thread
/// count, and an error that does not grow with the number of elements.
/// Requires: the inputs have one shape.
template <class F, class... In>
double map_sum(F f, const In&... inputs) {
  const std::array<Index, sizeof...(In)> sizes{inputs.numel()...};
  const Index n = sizes[0];
  assert(((inputs.numel() == n) && ...));
  const std::array<const Scalar*, sizeof...(In)> x{inputs.data().data()...};
  PoolVector<double> partial(static_cast<std::size_t>((n + kElementGrain - 1) / kElementGrain));
  const auto loop = [&]<std::size_t... I>(std::index_sequence<I...>) {
    parallel_for(n, kElementGrain, [&](Index begin, Index end) {
      constexpr Index kBlock = 256;
      double total = 0;
      for (Index block = begin; block < end; block += kBlock) {
        std::array<Scalar, kBlock> y;
        const Index size = std::min(kBlock, end - block);
        const std::array<const Scalar*, sizeof...(In)> from{(x[I] + block)...};
#pragma omp simd
        for (Index i = 0; i < size; ++i) y[static_cast<std::size_t>(i)] = f(from[I][i]...);
#pragma omp simd reduction(+ : total)
        for (Index i = 0; i < size; ++i)
          total += static_cast<double>(y[static_cast<std::size_t>(i)]);
      }
      partial[static_cast<std::size_t>(begin / kElementGrain)] = total;
    });
  };
  loop(std::index_sequence_for<In...>());
  double sum = 0;
  for (const double p : partial) sum += p;
  return sum;
}

}  // namespace gradus
