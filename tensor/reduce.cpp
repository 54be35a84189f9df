#include "tensor/reduce.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "tensor/error.h"

namespace gradus {
namespace {

// out[o, i] = sum over r of x[o, r, i], for x seen as outer x reduced x inner.
void sum_middle(Scalar* out, Write write, const Scalar* x, Index outer, Index reduced,
                Index inner) {
  // A tile of neighbouring sums is kept in double while the rows stream by.
  constexpr Index kTile = 64;
  const Index tiles = (inner + kTile - 1) / kTile;
  parallel_for(outer * tiles, grain_for(reduced * std::min(inner, kTile)),
               [&](Index begin, Index end) {
                 for (Index t = begin; t < end; ++t) {
                   const Index o = t / tiles, from = t % tiles * kTile;
                   const Index width = std::min(kTile, inner - from);
                   std::array<double, kTile> sum{};
                   for (Index r = 0; r < reduced; ++r) {
                     const Scalar* const row = x + (o * reduced + r) * inner + from;
                     for (Index i = 0; i < width; ++i) sum[static_cast<std::size_t>(i)] += row[i];
                   }
                   Scalar* const to = out + o * inner + from;
                   for (Index i = 0; i < width; ++i) {
                     const auto s = static_cast<Scalar>(sum[static_cast<std::size_t>(i)]);
                     to[i] = write == Write::add ? to[i] + s : s;
                   }
                 }
               });
}

Index size_of(const Shape& shape, int begin, int end) {
  Index size = 1;
  for (int i = begin; i < end; ++i) size *= shape[i];
  return size;
}

}  // namespace

Shape reduced_shape(const char* operation, const Shape& shape, std::span<const int> axes,
                    bool keep_dims) {
  std::array<bool, kMaxRank> gone{};
  for (const int axis : axes) {
    const int i = axis < 0 ? axis + shape.rank() : axis;
    if (i < 0 || i >= shape.rank()) {
      fail("[{}] got axis {} for shape {}, expected {} to {}", operation, axis, shape.str(),
           -shape.rank(), shape.rank() - 1);
    }
    if (std::exchange(gone[static_cast<std::size_t>(i)], true)) {
      fail("[{}] got axis {} twice", operation, axis);
    }
  }
  if (axes.empty()) gone.fill(true);
  Shape result = shape;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    if (!gone[static_cast<std::size_t>(i)]) continue;
    result = keep_dims ? result.with(i, 1) : result.without(i);
  }
  return result;
}

void sum_to(Tensor& out, Write write, const Tensor& x) {
  assert(broadcasts_to(out.shape(), x.shape()));
  const Shape& shape = x.shape();
  const int missing = shape.rank() - out.rank();
  const auto is_reduced = [&](int axis) {
    return shape[axis] != 1 && (axis < missing || out.shape()[axis - missing] == 1);
  };
  // One run of neighbouring reduced dimensions at a time, the last one first;
  // only the last pass of all writes to `out`.
  int end = shape.rank();
  while (end > 0 && !is_reduced(end - 1)) --end;
  if (end == 0) {
    map(
        out, write, [](Scalar v) { return v; }, x.reshape(out.shape()));
    return;
  }
  int begin = end;
  while (begin > 0 && (is_reduced(begin - 1) || shape[begin - 1] == 1)) --begin;
  const Index outer = size_of(shape, 0, begin), reduced = size_of(shape, begin, end),
              inner = size_of(shape, end, shape.rank());
  bool last_run = true;
  for (int axis = 0; axis < begin; ++axis) last_run = last_run && !is_reduced(axis);
  if (last_run) {
    if (outer == 1 && inner == 1) {  // all of it: cut into chunks, not rows
      const auto sum = static_cast<Scalar>(map_sum([](Scalar v) { return v; }, x));
      Scalar& to = out.mutable_data()[0];
      to = write == Write::add ? to + sum : sum;
    } else {
      sum_middle(out.mutable_data().data(), write, x.data().data(), outer, reduced, inner);
    }
    return;
  }
  Shape partly = shape;
  for (int axis = begin; axis < end; ++axis) partly = partly.with(axis, 1);
  Tensor partial = Tensor::uninitialized(partly);
  sum_middle(partial.mutable_data().data(), Write::overwrite, x.data().data(), outer, reduced,
             inner);
  sum_to(out, write, partial);
}

}  // namespace gradus
