#include "autograd/arithmetic.h"
#include "autograd/indexing.h"
#include "autograd/operation.h"
#include "autograd/reductions.h"
#include "autograd/softmax.h"
#include "nn/losses.h"
#include "tensor/softmax.h"

namespace gradus::nn {
namespace {

/// y = -sum of t l / n with l = log(softmax(z));  dz = dy (e^l sum of t - t) / n, dt = -dy l / n
struct SoftmaxCrossEntropy {
  static constexpr const char* kName = "softmax_cross_entropy";
  Saved z{0}, t{1};
  Tensor l{};

  Tensor forward(const Tensor& logits, const Tensor& targets) {
    if (logits.rank() != 2 || logits.shape() != targets.shape()) {
      fail("[{}] got logits {} and targets {}, expected equal shapes (n, classes)", kName,
           logits.shape().str(), targets.shape().str());
    }
    z = logits;
    t = targets;
    l = Tensor::uninitialized(logits.shape());
    log_softmax(l, logits, 1);
    const auto cost = [](Scalar target, Scalar log) { return target == 0 ? 0 : -target * log; };
    return Tensor::scalar(
        static_cast<Scalar>(map_sum(cost, targets, l) / static_cast<double>(logits.shape()[0])));
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    const Scalar g = dy.item() / static_cast<Scalar>(l.shape()[0]);
    d[0].fill([&](Tensor& dz, Write write) {  // l's own, for the gradient -g t
      const Tensor dl = mapped([g](Scalar target) { return -g * target; }, t.get());
      log_softmax_backward(dz, write, dl, l, 1);
    });
    d[1].map([g](Scalar v) { return -g * v; }, l);
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    const Variable logits = recall(z), targets = recall(t);
    const Variable g = dy / static_cast<Scalar>(l.shape()[0]);
    return {g * (softmax(logits) * sum(targets, {1}, true) - targets), -g * log_softmax(logits)};
  }
};

}  // namespace

Variable softmax_cross_entropy(const Variable& logits, const Variable& targets) {
  return apply(SoftmaxCrossEntropy{}, logits, targets);
}

Variable softmax_cross_entropy(const Variable& logits, std::span<const Index> classes) {
  const Shape& shape = logits.shape();
  if (shape.rank() != 2 || shape[0] != std::ssize(classes)) {
    fail("[softmax_cross_entropy] got logits {} and {} classes, expected (n, classes) and n",
         shape.str(), classes.size());
  }
  return softmax_cross_entropy(logits,
                               Variable(one_hot(classes, shape[1], "softmax_cross_entropy")));
}

}  // namespace gradus::nn
