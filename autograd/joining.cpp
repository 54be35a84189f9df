#include "autograd/joining.h"

#include "autograd/indexing.h"
#include "autograd/operation.h"
#include "autograd/shaping.h"
#include "tensor/strided.h"

namespace gradus {
namespace {

/// y is the x_i one behind the other along the axis, which when stacked is a
/// new one of y;  dx_i = that piece of dy
template <bool kStacked>
struct Joined {
  static constexpr const char* kName = kStacked ? "stack" : "concatenate";
  int axis;
  PoolVector<Shape> shapes{};

  Tensor forward(std::span<const Variable> xs) {
    if (xs.empty()) fail("[{}] got no inputs, expected one or more", kName);
    const Shape& first = xs[0].shape();
    Shape whole = kStacked ? first.batch_of(1) : first;
    axis = axis_of(kName, whole, axis);
    Index size = 0;
    shapes.reserve(xs.size());
    for (const Variable& x : xs) {
      const Shape& shape = x.shape();
      const bool fits =
          kStacked ? shape == first
                   : shape.rank() == first.rank() && shape.with(axis, 0) == first.with(axis, 0);
      if (!fits) {
        fail("[{}] got shapes {} and {}, expected equal ones{}", kName, first.str(), shape.str(),
             kStacked ? std::string() : fmt::format(" but for dimension {}", axis));
      }
      shapes.push_back(shape);
      size += kStacked ? 1 : shape[axis];
    }
    if (kStacked) {  // the dimensions before the new one come first
      for (int i = 0; i < axis; ++i) whole = whole.with(i, first[i]);
    }
    Tensor y = Tensor::uninitialized(whole.with(axis, size));
    each([&](std::size_t i, Index begin, Index end) {
      AxisSlice(y.shape(), axis, begin, end - begin).put(y, Write::overwrite, xs[i].value());
    });
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    each([&](std::size_t i, Index begin, Index end) {
      d[i].fill([&](Tensor& dx, Write write) {
        AxisSlice(dy.shape(), axis, begin, end - begin).take(dx, write, dy);
      });
    });
  }
  Variables rule(const Variable& dy, const Recall&) const {
    Variables result;
    each([&](std::size_t i, Index begin, Index end) {
      const Variable piece = slice(dy, axis, begin, end);
      result.push_back(kStacked ? reshape(piece, shapes[i]) : piece);
    });
    return result;
  }

 private:
  // body(i, begin, end) for the part of the axis that input i takes up.
  template <class Body>
  void each(const Body& body) const {
    Index begin = 0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const Index end = begin + (kStacked ? 1 : shapes[i][axis]);
      body(i, begin, end);
      begin = end;
    }
  }
};

}  // namespace

Variable concatenate(std::span<const Variable> xs, int axis) {
  return apply_list(Joined<false>{axis}, xs);
}
Variable concatenate(std::initializer_list<Variable> xs, int axis) {
  return concatenate(std::span(xs.begin(), xs.size()), axis);
}
Variable stack(std::span<const Variable> xs, int axis) {
  return apply_list(Joined<true>{axis}, xs);
}
Variable stack(std::initializer_list<Variable> xs, int axis) {
  return stack(std::span(xs.begin(), xs.size()), axis);
}

}  // namespace gradus
