#include "tensor/reduce.h"

#include <array>
#include <cassert>
#include <functional>
#include <type_traits>

#include "tensor/error.h"
#include "tensor/slices.h"

namespace gradus {
namespace {

struct Mean : Sum {};

// What of n numbers together is stored.
template <class Take>
Scalar result(typename Take::Value value, Index n) {
  if constexpr (std::is_same_v<Take, Mean>) value /= static_cast<double>(n);
  return static_cast<Scalar>(value);
}

// All of a tensor: chunks on their own, then in order.
template <class Take>
Scalar take_all(const Tensor& x) {
  const Scalar* const from = x.data().data();
  PoolVector<typename Take::Value> partial(
      static_cast<std::size_t>((x.numel() + kElementGrain - 1) / kElementGrain));
  parallel_for(x.numel(), kElementGrain, [&](Index begin, Index end) {
    partial[static_cast<std::size_t>(begin / kElementGrain)] =
        fold<Take>(end - begin, [=](Index i) { return from[begin + i]; });
  });
  auto all = Take::kStart;
  for (const auto& value : partial) all = Take::with(all, value);
  return result<Take>(all, x.numel());
}

// out[o, i] = the x[o, r, i] of all r together, for x seen as outer x reduced x inner.
template <class Take>
void take_middle(Scalar* out, Write write, const Scalar* x, Index outer, Index reduced,
                 Index inner) {
  for_slices(outer, reduced, inner, [&](const Slices& s) {
    const auto value = s.take<Take>([x](Slices::Element e) { return x[e.place]; });
    Scalar* const to = out + s.first;
    for (Index i = 0; i < s.width; ++i) {
      const Scalar v = result<Take>(value[i], reduced);
      to[i] = write == Write::add ? to[i] + v : v;
    }
  });
}

template <class Take>
// NOLINTNEXTLINE(misc-no-recursion): once for a run of axes, three at most
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
  const Index outer = shape.numel(0, begin), reduced = shape.numel(begin, end),
              inner = shape.numel(end, shape.rank());
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

}  // namespace gradus
