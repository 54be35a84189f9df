#include "tensor/reduce.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>
#include <limits>

#include "tensor/error.h"

namespace gradus {
namespace {

// How numbers are taken together: what it is of none, with one more, and at
// last, for n of them.
struct Sum {
  using Value = double;
  static constexpr Value kStart = 0;
  static Value with(Value sum, Scalar v) { return sum + v; }
  static Value together(Value a, Value b) { return a + b; }
  static Value result(Value sum, Index) { return sum; }
};
struct Mean : Sum {
  static Value result(Value sum, Index n) { return sum / static_cast<Value>(n); }
};
// `|` instead of `||`: a select that the compiler vectorises. Once NaN, always NaN.
template <bool kLargest>
struct Extreme {
  using Value = Scalar;
  static constexpr Value kStart = (kLargest ? -1 : 1) * std::numeric_limits<Scalar>::infinity();
  static Value with(Value best, Scalar v) {
    const bool better = kLargest ? v > best : v < best;
    return (better | bool(v != v)) ? v : best;
  }
  static Value together(Value a, Value b) { return with(a, b); }
  static Value result(Value best, Index) { return best; }
};

// All of a row: neighbours go to different lanes, which the compiler makes vectors of.
template <class Take>
typename Take::Value take_row(const Scalar* x, Index n) {
  constexpr Index kLanes = 16;
  std::array<typename Take::Value, kLanes> lane;
  lane.fill(Take::kStart);
  Index r = 0;
  for (; r + kLanes <= n; r += kLanes) {
    for (Index l = 0; l < kLanes; ++l) {
      auto& value = lane[static_cast<std::size_t>(l)];
      value = Take::with(value, x[r + l]);
    }
  }
  for (; r < n; ++r) lane[0] = Take::with(lane[0], x[r]);
  for (std::size_t l = 1; l < kLanes; ++l) lane[0] = Take::together(lane[0], lane[l]);
  return lane[0];
}

// All of a tensor: chunks on their own, then in order.
template <class Take>
Scalar take_all(const Tensor& x) {
  using Value = typename Take::Value;
  const Scalar* const from = x.data().data();
  PoolVector<Value> partial(
      static_cast<std::size_t>((x.numel() + kElementGrain - 1) / kElementGrain));
  parallel_for(x.numel(), kElementGrain, [&](Index begin, Index end) {
    partial[static_cast<std::size_t>(begin / kElementGrain)] =
        take_row<Take>(from + begin, end - begin);
  });
  Value all = Take::kStart;
  for (const Value& value : partial) all = Take::together(all, value);
  return static_cast<Scalar>(Take::result(all, x.numel()));
}

// out[o, i] = the x[o, r, i] of all r together, for x seen as outer x reduced x inner.
template <class Take>
void take_middle(Scalar* out, Write write, const Scalar* x, Index outer, Index reduced,
                 Index inner) {
  // A tile of neighbouring results is kept while the rows stream by.
  constexpr Index kTile = 64;
  const Index tiles = (inner + kTile - 1) / kTile;
  parallel_for(
      outer * tiles, grain_for(reduced * std::min(inner, kTile)), [&](Index begin, Index end) {
        for (Index t = begin; t < end; ++t) {
          const Index o = t / tiles, from = t % tiles * kTile;
          const Index width = std::min(kTile, inner - from);
          std::array<typename Take::Value, kTile> value;
          value.fill(Take::kStart);
          if (inner == 1) value[0] = take_row<Take>(x + o * reduced, reduced);
          for (Index r = 0; inner != 1 && r < reduced; ++r) {
            const Scalar* const row = x + (o * reduced + r) * inner + from;
            for (Index i = 0; i < width; ++i) {
              auto& v = value[static_cast<std::size_t>(i)];
              v = Take::with(v, row[i]);
            }
          }
          Scalar* const to = out + o * inner + from;
          for (Index i = 0; i < width; ++i) {
            const auto v =
                static_cast<Scalar>(Take::result(value[static_cast<std::size_t>(i)], reduced));
            to[i] = write == Write::add ? to[i] + v : v;
          }
        }
      });
}

Index size_of(const Shape& shape, int begin, int end) {
  Index size = 1;
  for (int i = begin; i < end; ++i) size *= shape[i];
  return size;
}

template <class Take>
void take_to(Tensor& out, Write write, const Tensor& x) {
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
    map(out, write, std::identity(), x.reshape(out.shape()));
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
      const Scalar all = take_all<Take>(x);
      Scalar& to = out.mutable_data()[0];
      to = write == Write::add ? to + all : all;
    } else {
      take_middle<Take>(out.mutable_data().data(), write, x.data().data(), outer, reduced, inner);
    }
    return;
  }
  Shape partly = shape;
  for (int axis = begin; axis < end; ++axis) partly = partly.with(axis, 1);
  Tensor partial = Tensor::uninitialized(partly);
  take_middle<Take>(partial.mutable_data().data(), Write::overwrite, x.data().data(), outer,
                    reduced, inner);
  take_to<Take>(out, write, partial);
}

}  // namespace

Shape reduced_shape(const char* operation, const Shape& shape, std::span<const int> axes,
                    bool keep_dims) {
  std::array<bool, kMaxRank> gone{};
  for (const int axis : axes) {
    const auto i = static_cast<std::size_t>(axis_of(operation, shape, axis));
    if (std::exchange(gone[i], true)) {
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

void sum_to(Tensor& out, Write write, const Tensor& x) { take_to<Sum>(out, write, x); }
void mean_to(Tensor& out, const Tensor& x) { take_to<Mean>(out, Write::overwrite, x); }
void max_to(Tensor& out, const Tensor& x) { take_to<Extreme<true>>(out, Write::overwrite, x); }
void min_to(Tensor& out, const Tensor& x) { take_to<Extreme<false>>(out, Write::overwrite, x); }
Scalar max_of(std::span<const Scalar> x) {
  return take_row<Extreme<true>>(x.data(), std::ssize(x));
}

}  // namespace gradus
