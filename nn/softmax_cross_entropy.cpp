#include "autograd/arithmetic.h"
#include "autograd/operation.h"
#include "autograd/reductions.h"
#include "autograd/softmax.h"
#include "nn/losses.h"
#include "tensor/softmax.h"

namespace gradus::nn {
namespace {

void check_shapes(const char* name, const Shape& logits, const Shape& targets) {
  if (logits.rank() != 2 || logits != targets) {
    fail("[{}] got logits {} and targets {}, expected equal shapes (n, classes)", name,
         logits.str(), targets.str());
  }
}

/// y = -sum of t l / n with l = log(softmax(z));  dz = dy (e^l sum of t - t) / n, dt = -dy l / n
struct SoftmaxCrossEntropy {
  static constexpr const char* kName = "softmax_cross_entropy";
  Saved z{0}, t{1};
  Tensor l{};

  Tensor forward(const Tensor& logits, const Tensor& targets) {
    check_shapes(kName, logits.shape(), targets.shape());
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
    const Index rows = l.shape()[0], classes = l.shape()[1];
    const Scalar *const log = l.data().data(), *const target = t.get().data().data();
    d[0].fill([&](Tensor& dz, Write write) {
      Scalar* const to = dz.mutable_data().data();
      parallel_for(rows, grain_for(classes), [&](Index begin, Index end) {
        for (Index i = begin * classes; i < end * classes; i += classes) {
          double total = 0;
#pragma omp simd reduction(+ : total)
          for (Index j = i; j < i + classes; ++j) total += static_cast<double>(target[j]);
          const auto sum = static_cast<Scalar>(total);
#pragma omp simd
          for (Index j = i; j < i + classes; ++j) {
            to[j] = (write == Write::add ? to[j] : 0) + g * (math::exp(log[j]) * sum - target[j]);
          }
        }
      });
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
  Tensor targets = Tensor::zeros(shape);
  const std::span<Scalar> one_hot = targets.mutable_data();
  for (Index i = 0; i < shape[0]; ++i) {
    const Index c = classes[static_cast<std::size_t>(i)];
    if (c < 0 || c >= shape[1]) {
      fail("[softmax_cross_entropy] got class {} for sample {}, expected 0 to {}", c, i,
           shape[1] - 1);
    }
    one_hot[static_cast<std::size_t>(i * shape[1] + c)] = 1;
  }
  return softmax_cross_entropy(logits, Variable(targets));
}

}  // namespace gradus::nn
