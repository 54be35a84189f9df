#include <fmt/format.h>

#include "autograd/engine.h"
#include "autograd/ops.h"

using namespace gradus;

int main() {
  const Variable x(Tensor::from({3}, {1, 2, 3}), true);  // requires_grad
  const Variable y = sum(x * x * x);

  y.backward({.retain_graph = true});
  fmt::print("dy/dx   = {}\n", x.grad().str());

  const Variable first = grad(y, std::array{x}).front();  // can be differentiated again
  const Variable second = grad(sum(first), std::array{x}).front();
  fmt::print("d2y/dx2 = {}\n", second.value().str());
}
