#include "autograd/softmax.h"

#include "autograd/arithmetic.h"
#include "autograd/operation.h"
#include "autograd/reductions.h"
#include "autograd/unary.h"
#include "tensor/softmax.h"

namespace gradus {
namespace {

/// y = e^x / sum of e^x;  dx = y (dy - sum of dy y)
struct Softmax {
  static constexpr const char* kName = "softmax";
  int axis;
  Saved y{Saved::kOutput};
  Tensor forward(const Tensor& x) {
    axis = axis_of(kName, x.shape(), axis);
    Tensor result = Tensor::uninitialized(x.shape());
    softmax(result, x, axis);
    y = result;
    return result;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill([&](Tensor& dx, Write write) { softmax_backward(dx, write, dy, y.get(), axis); });
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable p = recall(y);
    return {p * (dy - sum(dy * p, {axis}, true))};
  }
};

/// y = x - ln(sum of e^x);  dx = dy - e^y sum of dy
struct LogSoftmax {
  static constexpr const char* kName = "log_softmax";
  int axis;
  Saved y{Saved::kOutput};
  Tensor forward(const Tensor& x) {
    axis = axis_of(kName, x.shape(), axis);
    Tensor result = Tensor::uninitialized(x.shape());
    log_softmax(result, x, axis);
    y = result;
    return result;
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].fill([&](Tensor& dx, Write write) { log_softmax_backward(dx, write, dy, y.get(), axis); });
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    return {dy - exp(recall(y)) * sum(dy, {axis}, true)};
  }
};

}  // namespace

Variable softmax(const Variable& x, int axis) { return apply(Softmax{axis}, x); }
Variable log_softmax(const Variable& x, int axis) { return apply(LogSoftmax{axis}, x); }

}  // namespace gradus
