#include "tensor/strided.h"

#include <algorithm>

namespace gradus {
namespace {

// One dimension of both arrays.
struct Dimension {
  Index size, to, from;
};

// A rectangle of two dimensions.
void copy_block(Scalar* to, const Scalar* from, const Dimension& rows, const Dimension& columns,
                Write write) {
  for (Index r = 0; r < rows.size; ++r) {
    Scalar* const y = to + r * rows.to;
    const Scalar* const x = from + r * rows.from;
    if (write == Write::overwrite) {
      for (Index c = 0; c < columns.size; ++c) y[c * columns.to] = x[c * columns.from];
    } else {
      for (Index c = 0; c < columns.size; ++c) y[c * columns.to] += x[c * columns.from];
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
  // Dimensions that lie one in the other in both arrays become one.
  std::array<Dimension, kMaxRank + 2> dims{{{1, 0, 0}, {1, 0, 0}}};
  std::size_t count = 2;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    const Dimension dim{shape[axis], to_steps[i], from_steps[i]};
    if (dim.size == 1) continue;
    Dimension& before = dims[count - 1];
    if (before.to == dim.to * dim.size && before.from == dim.from * dim.size) {
      before = {before.size * dim.size, dim.to, dim.from};
    } else {
      dims[count++] = dim;
    }
  }
  // The last dimension makes the columns of a block. Where neighbours of
  // another one lie closer in `from`, that one makes the rows, and blocks are
  // narrow, so that each line of the cache is used up while it is there: wider
  // ones lose lines that lie a power of two apart (1024 x 1024: half the speed).
  std::size_t row = count - 2;
  for (std::size_t i = 2; i + 1 < count; ++i) {
    if (dims[i].from < dims[row].from) row = i;
  }
  const Dimension columns = dims[count - 1];
  if (dims[row].from >= columns.from) row = count - 2;
  const Dimension rows = dims[row];
  constexpr Index kBlock = 1024, kSide = 16;
  Index wide = std::min(columns.size, rows.from < columns.from ? kSide : kBlock);
  const Index high = std::min(rows.size, kBlock / wide);
  wide = std::min(columns.size, kBlock / high);
  const Index across = (columns.size + wide - 1) / wide, down = (rows.size + high - 1) / high;
  const Index others = shape.numel() / rows.size / columns.size;
  parallel_for(others * down * across, grain_for(high * wide), [&](Index begin, Index end) {
    for (Index block = begin; block < end; ++block) {
      const Index c = block % across * wide, r = block / across % down * high;
      Index y = r * rows.to + c * columns.to, x = r * rows.from + c * columns.from;
      Index rest = block / across / down;
      for (std::size_t i = count - 1; i-- > 0;) {
        if (i == row) continue;
        y += rest % dims[i].size * dims[i].to;
        x += rest % dims[i].size * dims[i].from;
        rest /= dims[i].size;
      }
      copy_block(to + y, from + x, {std::min(high, rows.size - r), rows.to, rows.from},
                 {std::min(wide, columns.size - c), columns.to, columns.from}, write);
    }
  });
}

void clear(Tensor& x) {
  copy_strided({x.numel()}, x.mutable_data().data(), {1}, &kZero, {}, Write::overwrite);
}

Shape around(const Shape& shape, int axis) {
  Index before = 1, behind = 1;
  for (int i = 0; i < axis; ++i) before *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) behind *= shape[i];
  return {before, shape[axis], behind};
}

AxisSlice::AxisSlice(const Shape& whole, int axis, Index begin, Index count, Index step)
    : whole_(around(whole, axis)),
      piece_(whole_.with(1, count)),
      steps_(row_major(whole_)),
      begin_(begin),
      step_(step) {}

void AxisSlice::take(Tensor& to, Write write, const Tensor& whole) const {
  if (piece_.numel() == 0) return;
  Steps steps = steps_;
  steps[1] *= step_;
  copy_strided(piece_, to.mutable_data().data(), row_major(piece_),
               whole.data().data() + begin_ * steps_[1], steps, write);
}

void AxisSlice::put(Tensor& whole, Write write, const Tensor& from) const {
  if (piece_.numel() == 0) return;
  Steps steps = steps_;
  steps[1] *= step_;
  copy_strided(piece_, whole.mutable_data().data() + begin_ * steps_[1], steps, from.data().data(),
               row_major(piece_), write);
}

void AxisSlice::clear_rest(Tensor& whole) const {
  if (step_ > 1 || piece_.numel() == 0) return clear(whole);
  Scalar* const to = whole.mutable_data().data();
  const Index end = begin_ + piece_[1];
  copy_strided(whole_.with(1, begin_), to, steps_, &kZero, {}, Write::overwrite);
  copy_strided(whole_.with(1, whole_[1] - end), to + end * steps_[1], steps_, &kZero, {},
               Write::overwrite);
}

}  // namespace gradus
