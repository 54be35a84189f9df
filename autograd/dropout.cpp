#include "autograd/dropout.h"

#include "autograd/arithmetic.h"
#include "autograd/operation.h"
#include "tensor/checks.h"

namespace gradus {
namespace {

/// y = x / (1 - rate) where m != 0, else 0;  dx = dy / (1 - rate) there, else 0
struct Dropout {
  static constexpr const char* kName = "dropout";
  Scalar rate;
  Saved mask{1};

  // Chosen, not multiplied by 0: what is dropped may be infinite.
  auto kept() const {
    return [scale = 1 / (1 - rate)](Scalar v, Scalar m) { return m != 0 ? v * scale : 0; };
  }
  Tensor forward(const Tensor& x, const Tensor& m) {
    checked_share(kName, "rate", rate);
    if (!broadcasts_to(m.shape(), x.shape())) {
      fail("[dropout] got a mask of shape {} for {}, expected one that broadcasts to it",
           m.shape().str(), x.shape().str());
    }
    mask = m;
    return mapped(kName, kept(), x, m);
  }
  void backward(const Tensor& dy, const Gradients& d) const { d[0].map(kept(), dy, mask.get()); }
  Variables rule(const Variable& dy, const Recall& recall) const {
    return {where(recall(mask), dy / (1 - rate), 0)};
  }
};

}  // namespace

Variable dropout(const Variable& x, Scalar rate, const Tensor& mask) {
  return apply(Dropout{rate}, x, Variable(mask));
}

Variable dropout(const Variable& x, Scalar rate, Generator& random) {
  Tensor mask = Tensor::uninitialized(x.shape());
  random.fill_uniform(mask, 0, 1);
  map(
      mask, Write::overwrite, [rate](Scalar u) { return Scalar(u < rate ? 0 : 1); }, mask);
  return dropout(x, rate, mask);
}

}  // namespace gradus
