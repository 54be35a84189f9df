#include <fmt/format.h>

#include "autograd/gradcheck.h"
#include "autograd/operation.h"
#include "autograd/ops.h"

using namespace gradus;

/// y = x^3;  dy/dx = 3 x^2
struct Cube {
  static constexpr const char* kName = "cube";
  Saved x{0};  // input 0 is needed on the way back

  Tensor forward(const Tensor& input) {
    x = input;
    return mapped([](Scalar v) { return v * v * v; }, input);
  }
  void backward(const Tensor& dy, const Gradients& d) const {
    d[0].map([](Scalar g, Scalar v) { return 3 * g * v * v; }, dy, x.get());
  }
  Variables rule(const Variable& dy, const Recall& recall) const {
    return {3 * dy * square(recall(x))};
  }
};

int main() {
  const auto cube = [](std::span<const Variable> x) { return apply(Cube{}, x[0]); };
  const Tensor at = Tensor::from({3}, {-1, 0.5, 2});
  const auto first = gradcheck(cube, {at}), second = gradgradcheck(cube, {at});
  fmt::print("{}\n", first.ok ? "the gradient is right" : first.worst);
  fmt::print("{}\n", second.ok ? "so is its rule" : second.worst);
}
