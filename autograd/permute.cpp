#include "autograd/permute.h"

#include <numeric>
#include <utility>

#include "autograd/operation.h"
#include "tensor/strided.h"

namespace gradus {
namespace {

// The order of an array's dimensions, counted from the front.
using Order = std::array<int, kMaxRank>;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

Order order_of(const Shape& shape, std::span<const int> axes) {
  Order order{};
  std::array<bool, kMaxRank> seen{};
  bool fits = std::ssize(axes) == shape.rank();
  for (int i = 0; fits && i < shape.rank(); ++i) {
    const int axis = axes[at(i)] < 0 ? axes[at(i)] + shape.rank() : axes[at(i)];
    fits = axis >= 0 && axis < shape.rank() && !std::exchange(seen[at(axis)], true);
    order[at(i)] = axis;
  }
  if (!fits) {
    fail("[permute] got axes ({}) for shape {}, expected each of its {} dimensions once",
         fmt::join(axes, ", "), shape.str(), shape.rank());
  }
  return order;
}

Order inverse(const Order& order, int rank) {
  Order result{};
  for (int i = 0; i < rank; ++i) result[at(order[at(i)])] = i;
  return result;
}

void write_permuted(Tensor& to, Write write, const Tensor& from, const Order& order) {
  const Steps own = row_major(from.shape());
  Steps steps{};
  for (int i = 0; i < from.rank(); ++i) steps[at(i)] = own[at(order[at(i)])];
  copy_strided(to.shape(), to.mutable_data().data(), row_major(to.shape()), from.data().data(),
               steps, write);
}

/// y at (i_0, ...) = x at the place whose index axes[n] is i_n;  dx = dy permuted back
struct Permute {
  static constexpr const char* kName = "permute";
  Order order;

  Tensor forward(const Tensor& x) {
    std::array<Index, kMaxRank> sizes{};
    for (int i = 0; i < x.rank(); ++i) sizes[at(i)] = x.shape()[order[at(i)]];
    Tensor y = Tensor::uninitialized(Shape(std::span(sizes).first(at(x.rank()))));
    write_permuted(y, Write::overwrite, x, order);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill(
        [&](Tensor& dx, Write write) { write_permuted(dx, write, dy, inverse(order, dy.rank())); });
  }
  Variables rule(const Variable& dy, const Recall&) const {
    const int rank = dy.value().rank();
    const Order back = inverse(order, rank);
    return {permute(dy, std::span(back).first(at(rank)))};
  }
};

}  // namespace

Variable permute(const Variable& x, std::span<const int> axes) {
  return apply(Permute{order_of(x.shape(), axes)}, x);
}
Variable permute(const Variable& x, std::initializer_list<int> axes) {
  return permute(x, std::span(axes.begin(), axes.size()));
}

Variable transpose(const Variable& x) {
  if (x.value().rank() != 2) {
    fail("[transpose] got shape {}, expected a matrix; try transpose(x, axis_a, axis_b)",
         x.shape().str());
  }
  return permute(x, {1, 0});
}
Variable transpose(const Variable& x, int axis_a, int axis_b) {
  const int a = axis_of("transpose", x.shape(), axis_a);
  const int b = axis_of("transpose", x.shape(), axis_b);
  Order order;
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[at(a)], order[at(b)]);
  return permute(x, std::span(order).first(at(x.value().rank())));
}

}  // namespace gradus
