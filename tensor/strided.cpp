#include "tensor/strided.h"

#include <algorithm>

#include "tensor/walk.h"

namespace gradus {
namespace {

// Its size and the steps in `to` and `from`.
using Dimension = Walk<2>::Dimension;

// A rectangle of two dimensions.
void copy_block(Scalar* to, const Scalar* from, const Dimension& rows, const Dimension& columns,
                Write write) {
  for (Index r = 0; r < rows.size; ++r) {
    Scalar* const y = to + r * rows.steps[0];
    const Scalar* const x = from + r * rows.steps[1];
    if (write == Write::overwrite) {
      for (Index c = 0; c < columns.size; ++c) y[c * columns.steps[0]] = x[c * columns.steps[1]];
    } else {
      for (Index c = 0; c < columns.size; ++c) y[c * columns.steps[0]] += x[c * columns.steps[1]];
    }
  }
}

constexpr Scalar kZero = 0;

}  // namespace

Steps row_major(const Shape& shape) {
  Steps steps{};
  Index step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    steps[static_cast<std::size_t>(axis)] = step;
    step *= shape[axis];
  }
  return steps;
}

void copy_strided(const Shape& shape, Scalar* to, const Steps& to_steps, const Scalar* from,
                  const Steps& from_steps, Write write) {
  if (shape.numel() == 0) return;
  Walk<2> walk;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    walk.add({shape[axis], {to_steps[i], from_steps[i]}});
  }
  // The last dimension makes the columns of a block. Where neighbours of
  // another one lie closer in `from`, that one makes the rows, and blocks are
  // narrow, so that each line of the cache is used up while it is there: wider
  // ones lose lines that lie a power of two apart (1024 x 1024: half the speed).
  const Dimension columns = walk.take_last();
  std::size_t row = walk.rank() - 1;
  for (std::size_t i = 0; i < walk.rank(); ++i) {
    if (walk[i].steps[1] < std::min(walk[row].steps[1], columns.steps[1])) row = i;
  }
  const Dimension rows = walk.take(row);
  constexpr Index kBlock = 1024, kSide = 16;
  Index wide = std::min(columns.size, rows.steps[1] < columns.steps[1] ? kSide : kBlock);
  const Index high = std::min(rows.size, kBlock / wide);
  wide = std::min(columns.size, kBlock / high);
  const Index across = (columns.size + wide - 1) / wide, down = (rows.size + high - 1) / high;
  parallel_for(walk.places() * down * across, grain_for(high * wide), [&](Index begin, Index end) {
    for (Index block = begin; block < end; ++block) {
      const Index c = block % across * wide, r = block / across % down * high;
      auto [y, x] = walk.offsets(block / across / down);
      y += r * rows.steps[0] + c * columns.steps[0];
      x += r * rows.steps[1] + c * columns.steps[1];
      copy_block(to + y, from + x, {std::min(high, rows.size - r), rows.steps},
                 {std::min(wide, columns.size - c), columns.steps}, write);
    }
  });
}

void clear(Tensor& x) {
  copy_strided({x.numel()}, x.mutable_data().data(), {1}, &kZero, {}, Write::overwrite);
}

Shape around(const Shape& shape, int axis) {
  return {shape.numel(0, axis), shape[axis], shape.numel(axis + 1, shape.rank())};
}

AxisSlice::AxisSlice(const Shape& whole, int axis, Index begin, Index count, Index step)
    : whole_(around(whole, axis)),
      piece_(whole_.with(1, count)),
      steps_(row_major(whole_)),
      begin_(begin),
      step_(step) {
  steps_[1] *= step;
}

void AxisSlice::take(Tensor& to, Write write, const Tensor& whole) const {
  if (piece_.numel() == 0) return;
  copy_strided(piece_, to.mutable_data().data(), row_major(piece_),
               whole.data().data() + begin_ * whole_[2], steps_, write);
}

void AxisSlice::put(Tensor& whole, Write write, const Tensor& from) const {
  if (piece_.numel() == 0) return;
  copy_strided(piece_, whole.mutable_data().data() + begin_ * whole_[2], steps_, from.data().data(),
               row_major(piece_), write);
}

void AxisSlice::clear_rest(Tensor& whole) const {
  if (step_ > 1 || piece_.numel() == 0) return clear(whole);
  Scalar* const to = whole.mutable_data().data();
  const Index end = begin_ + piece_[1];
  copy_strided(whole_.with(1, begin_), to, steps_, &kZero, {}, Write::overwrite);
  copy_strided(whole_.with(1, whole_[1] - end), to + end * whole_[2], steps_, &kZero, {},
               Write::overwrite);
}

}  // namespace gradus
