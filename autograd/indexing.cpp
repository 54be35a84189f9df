#include "autograd/indexing.h"

#include <functional>

#include "autograd/operation.h"
#include "tensor/strided.h"

namespace gradus {
namespace {

/// y_j = x_(begin + j step) along the axis;  dx is dy at these places, 0 elsewhere
struct Slice {
  static constexpr const char* kName = "slice";
  int axis;
  Index begin, end, step;
  Shape from{};

  Tensor forward(const Tensor& x) {
    from = x.shape();
    axis = axis_of(kName, from, axis);
    const Index size = from[axis];
    const Index first = begin < 0 ? begin + size : begin;
    const Index last = end == kEnd ? size : end < 0 ? end + size : end;
    if (first < 0 || last > size || first > last) {
      fail("[slice] got {} to {} of dimension {} of {}, expected a range within 0 to {}", begin,
           end == kEnd ? "its end" : fmt::to_string(end), axis, from.str(), size);
    }
    if (step < 1) fail("[slice] got a step of {}, expected 1 or more", step);
    begin = first;
    const Index count = last == first ? 0 : (last - first - 1) / step + 1;
    if (count < 2) step = 1;  // however large, it leads nowhere
    Tensor y = Tensor::uninitialized(from.with(axis, count));
    AxisSlice(from, axis, begin, count, step).take(y, Write::overwrite, x);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    const AxisSlice piece(from, axis, begin, dy.shape()[axis], step);
    d[0].fill([&](Tensor& dx, Write write) {
      if (write == Write::overwrite) piece.clear_rest(dx);
      piece.put(dx, write, dy);
    });
  }
  Variables rule(const Variable& dy, const Recall&) const {
    return {place(dy, from, axis, begin, step)};
  }
};

/// y_(begin + j step) = x_j along the axis, 0 elsewhere;  dx is dy at these places
struct Place {
  static constexpr const char* kName = "place";
  Shape to;
  int axis;
  Index begin, step;
  Index end = 0;

  Tensor forward(const Tensor& x) {
    axis = axis_of(kName, to, axis);
    if (step < 1) fail("[place] got a step of {}, expected 1 or more", step);
    if (x.rank() != to.rank() || x.shape().with(axis, 0) != to.with(axis, 0)) {
      fail("[place] got shape {} for {}, expected equal sizes but for dimension {}",
           x.shape().str(), to.str(), axis);
    }
    const Index size = to[axis], count = x.shape()[axis];
    const Index first = begin < 0 ? begin + size : begin;
    const bool beyond = count > 0 && (first >= size || count - 1 > (size - 1 - first) / step);
    if (first < 0 || first > size || beyond) {
      fail("[place] got {} elements from {} on in steps of {}, expected them within the {} of {}",
           count, begin, step, size, to.str());
    }
    begin = first;
    if (count < 2) step = 1;
    end = count > 0 ? begin + (count - 1) * step + 1 : begin;
    Tensor y = Tensor::uninitialized(to);
    const AxisSlice piece(to, axis, begin, count, step);
    piece.clear_rest(y);
    piece.put(y, Write::overwrite, x);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill([&](Tensor& dx, Write write) {
      AxisSlice(to, axis, begin, dx.shape()[axis], step).take(dx, write, dy);
    });
  }
  Variables rule(const Variable& dy, const Recall&) const {
    return {slice(dy, axis, begin, end, step)};
  }
};

// Refuses an index that does not fit `shape`.
void check_index(const char* name, const Shape& shape, int axis, const Indices& index) {
  bool fits = index.shape().rank() == shape.rank();
  for (int i = 0; fits && i < shape.rank(); ++i) fits = i == axis || index.shape()[i] <= shape[i];
  if (!fits) {
    fail(
        "[{}] got an index of shape {} for {}, expected its rank and no larger sizes but for "
        "dimension {}",
        name, index.shape().str(), shape.str(), axis);
  }
  const std::span<const Index> values = index.values();
  const auto wrong =
      std::ranges::find_if(values, [n = shape[axis]](Index i) { return i < 0 || i >= n; });
  if (wrong == values.end()) return;
  const std::string range = shape[axis] == 0 ? "none" : fmt::format("0 to {}", shape[axis] - 1);
  fail("[{}] got index {} at {}, expected {} for dimension {} of {}", name, *wrong,
       place_of(index.shape(), wrong - values.begin()), range, axis, shape.str());
}

// f(p, q) for each element of `index`: q is its place, p that in an array of
// `shape` which it names. One thread goes along `stretch` neighbours of the
// axis in order; where p is written to, that must be all of them.
template <class F>
void each_index(const Shape& shape, int axis, const Indices& index, Index stretch, const F& f) {
  constexpr Index kWidth = 64;  // neighbours in the dimensions behind the axis go together
  const Shape& own = index.shape();
  const Shape view = around(own, axis);
  const Index n = view[1], inner = view[2];
  const Steps steps = row_major(shape);
  const Index step = steps[static_cast<std::size_t>(axis)];
  const Index* const named = index.values().data();
  // Where dimensions [first, last) of `shape` begin whose indices, counted through, are `rest`.
  const auto offset = [&](int first, int last, Index rest) {
    Index result = 0;
    for (int i = last - 1; i >= first; --i) {
      result += rest % own[i] * steps[static_cast<std::size_t>(i)];
      rest /= own[i];
    }
    return result;
  };
  stretch = std::clamp<Index>(stretch, 1, std::max<Index>(1, n));
  const Index across = (inner + kWidth - 1) / kWidth, along = (n + stretch - 1) / stretch;
  parallel_for(view[0] * along * across, grain_for(stretch * std::min(inner, kWidth)),
               [&](Index begin, Index end) {
                 for (Index part = begin; part < end; ++part) {
                   const Index first = part % across * kWidth, outer = part / across / along;
                   const Index from = part / across % along * stretch;
                   const auto width = static_cast<std::size_t>(std::min(kWidth, inner - first));
                   const Index before = offset(0, axis, outer);
                   std::array<Index, kWidth> base;
                   for (std::size_t i = 0; i < width; ++i) {
                     base[i] = before + offset(axis + 1, own.rank(), first + static_cast<Index>(i));
                   }
                   const Index to = std::min(n, from + stretch);
                   if (inner == 1) {  // the same without a loop in the loop
                     for (Index q = outer * n + from; q < outer * n + to; ++q) {
                       f(before + named[q] * step, q);
                     }
                     continue;
                   }
                   for (Index j = from; j < to; ++j) {
                     const Index q = (outer * n + j) * inner + first;
                     for (std::size_t i = 0; i < width; ++i) {
                       const Index place = q + static_cast<Index>(i);
                       f(base[i] + named[place] * step, place);
                     }
                   }
                 }
               });
}

void write_gathered(Tensor& to, Write write, const Tensor& from, int axis, const Indices& index) {
  Scalar* const y = to.mutable_data().data();
  const Scalar* const x = from.data().data();
  each_index(from.shape(), axis, index, 256,
             [=](Index p, Index q) { y[q] = write == Write::add ? y[q] + x[p] : x[p]; });
}

void add_scattered(Tensor& to, const Tensor& from, int axis, const Indices& index) {
  Scalar* const y = to.mutable_data().data();
  const Scalar* const x = from.data().data();
  each_index(to.shape(), axis, index, kEnd, [=](Index p, Index q) { y[p] += x[q]; });
}

/// y at i = x at the place i with index_i along the axis;  dx sums dy over what named it
struct Gather {
  static constexpr const char* kName = "gather";
  int axis;
  Indices index;
  Shape from{};

  Tensor forward(const Tensor& x) {
    from = x.shape();
    axis = axis_of(kName, from, axis);
    check_index(kName, from, axis, index);
    Tensor y = Tensor::uninitialized(index.shape());
    write_gathered(y, Write::overwrite, x, axis, index);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill([&](Tensor& dx, Write write) {
      if (write == Write::overwrite) clear(dx);
      add_scattered(dx, dy, axis, index);
    });
  }
  Variables rule(const Variable& dy, const Recall&) const {
    return {scatter_add(Variable(Tensor::zeros(from)), axis, index, dy)};
  }
};

/// y = x + the source at the places that the index names;  dx = dy, dsource = dy gathered
struct ScatterAdd {
  static constexpr const char* kName = "scatter_add";
  int axis;
  Indices index;

  Tensor forward(const Tensor& x, const Tensor& source) {
    axis = axis_of(kName, x.shape(), axis);
    check_index(kName, x.shape(), axis, index);
    if (source.shape() != index.shape()) {
      fail("[scatter_add] got a source of shape {} and an index of {}, expected equal ones",
           source.shape().str(), index.shape().str());
    }
    Tensor y = x.clone();
    add_scattered(y, source, axis, index);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map(std::identity(), dy);
    d[1].fill([&](Tensor& ds, Write write) { write_gathered(ds, write, dy, axis, index); });
  }
  Variables rule(const Variable& dy, const Recall&) const { return {dy, gather(dy, axis, index)}; }
};

}  // namespace

Indices::Indices(const Shape& shape, std::span<const Index> values) : shape_(shape) {
  if (std::ssize(values) != shape.numel()) {
    fail("[indices] got {} values for shape {}, expected {}", values.size(), shape.str(),
         shape.numel());
  }
  values_ = std::allocate_shared<const PoolVector<Index>>(PoolAllocator<PoolVector<Index>>(),
                                                          values.begin(), values.end());
}

Variable slice(const Variable& x, int axis, Index begin, Index end, Index step) {
  return apply(Slice{axis, begin, end, step}, x);
}
Variable place(const Variable& x, const Shape& shape, int axis, Index begin, Index step) {
  return apply(Place{shape, axis, begin, step}, x);
}
Variable gather(const Variable& x, int axis, const Indices& index) {
  return apply(Gather{axis, index}, x);
}
Variable scatter_add(const Variable& x, int axis, const Indices& index, const Variable& source) {
  return apply(ScatterAdd{axis, index}, x, source);
}

Tensor one_hot(std::span<const Index> classes, Index count, const char* operation) {
  Tensor y = Tensor::zeros({std::ssize(classes), count});
  const std::span<Scalar> rows = y.mutable_data();
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] < 0 || classes[i] >= count) {
      fail("[{}] got class {} for sample {}, expected {}", operation, classes[i], i,
           count == 0 ? "none" : fmt::format("0 to {}", count - 1));
    }
    rows[i * static_cast<std::size_t>(count) + static_cast<std::size_t>(classes[i])] = 1;
  }
  return y;
}

}  // namespace gradus
