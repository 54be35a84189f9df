#include "autograd/softmax.h"

#include "autograd/arithmetic.h"
#include "autograd/operation.h"
#include "autograd/reductions.h"
#include "autograd/unary.h"
#include "tensor/softmax.h"

namespace gradus {
namespace {

/// y = e^x / sum of e^x;  dx = y (dy - sum of dy y);  or its logarithm,
/// y = x - ln(sum of e^x);  dx = dy - e^y sum of dy
template <bool kLog>
struct Softmax {
  static constexpr const char* kName = kLog ? "log_softmax" : "softmax";
  int axis;
  Saved y{Saved::kOutput};
  Tensor forward(const Tensor& x) {
    axis = axis_of(kName, x.shape(), axis);
    Tensor result = Tensor::uninitialized(x.shape());
    kLog ? log_softmax(result, x, axis) : softmax(result, x, axis);
    y = result;
    return result;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    constexpr auto kKernel = kLog ? log_softmax_backward : softmax_backward;
    d[0].fill([&](Tensor& dx, Write write) { kKernel(dx, write, dy, y.get(), axis); });
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable p = recall(y);
    if (kLog) return {dy - exp(p) * sum(dy, {axis}, true)};
    return {p * (dy - sum(dy * p, {axis}, true))};
  }
};

}  // namespace

Variable softmax(const Variable& x, int axis) { return apply(Softmax<false>{axis}, x); }
Variable log_softmax(const Variable& x, int axis) { return apply(Softmax<true>{axis}, x); }

}  // namespace gradus
