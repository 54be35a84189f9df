#include <fmt/format.h>

#include "autograd/graph.h"
#include "autograd/non_finite.h"
#include "autograd/profile.h"
#include "nn/nn.h"

using namespace gradus;

int main() {
  Generator random(1);
  nn::Sequential model(nn::Dense(3, 2, Activation::relu, random));
  const Variable x(Tensor::ones({4, 3}));

  const Profile profile;  // until the end of main
  const Variable y = model(x);
  const Variable loss = nn::mse(y, Variable(Tensor::zeros({4, 2})));
  fmt::print("{}", to_dot(loss, {.parameters = model.parameters()}));

  y.on_gradient([](const Tensor& g) { fmt::print("y's gradient is {}\n", g.shape().str()); });
  loss.backward();
  for (const Profile::Event& e : profile.events()) {
    fmt::print("{} {}: {} FLOP\n", e.operation, e.backward ? "backward" : "forward", e.flops);
  }

  const StopAtNonFinite stop;
  try {
    log(y - y);
  } catch (const Error& e) {
    fmt::print("{}\n", e.what());
  }
}
