#include "autograd/shaping.h"

#include <functional>

#include "autograd/operation.h"

namespace gradus {
namespace {

/// y has the elements of x under another shape;  dx = dy under x's shape
struct Reshape {
  static constexpr const char* kName = "reshape";
  Shape to, from{};
  Tensor forward(const Tensor& x) {
    from = x.shape();
    return x.reshape(to);
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map(std::identity(), dy.reshape(from));
  }
  Variables rule(const Variable& dy, const Recall&) const { return {reshape(dy, from)}; }
};

/// y is x repeated along the dimensions it lacks or has with size 1
struct BroadcastTo {
  static constexpr const char* kName = "broadcast_to";
  Shape to, from{};
  Tensor forward(const Tensor& x) {
    from = x.shape();
    if (!broadcasts_to(from, to)) {
      fail(
          "[broadcast_to] got shape {} for {}, expected sizes that are equal or 1 from the last "
          "dimension on",
          from.str(), to.str());
    }
    Tensor y = Tensor::uninitialized(to);
    map(y, Write::overwrite, std::identity(), x);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const { d[0].map(std::identity(), dy); }
  Variables rule(const Variable& dy, const Recall&) const { return {sum_to(dy, from)}; }
};

/// y sums x over the dimensions that y lacks or has with size 1;  dx repeats dy
struct SumTo {
  static constexpr const char* kName = "sum";
  Shape to, from{};
  Tensor forward(const Tensor& x) {
    from = x.shape();
    if (!broadcasts_to(to, from)) {
      fail(
          "[sum_to] got shape {} for {}, expected sizes that are equal or 1 from the last "
          "dimension on",
          to.str(), from.str());
    }
    Tensor y = Tensor::uninitialized(to);
    sum_to(y, Write::overwrite, x);
    return y;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill([&](Tensor& dx, Write write) { map(dx, write, std::identity(), dy); });
  }
  Variables rule(const Variable& dy, const Recall&) const { return {broadcast_to(dy, from)}; }
};

// x, where there is nothing to do; under NoGrad without its node, as any result.
Variable unchanged(const Variable& x) { return grad_enabled() ? x : x.detach(); }

}  // namespace

Variable reshape(const Variable& x, const Shape& shape) { return apply(Reshape{shape}, x); }
Variable broadcast_to(const Variable& x, const Shape& shape) {
  return x.shape() == shape ? unchanged(x) : apply(BroadcastTo{shape}, x);
}
Variable sum_to(const Variable& x, const Shape& shape) {
  return x.shape() == shape ? unchanged(x) : apply(SumTo{shape}, x);
}

}  // namespace gradus
