#include <fmt/format.h>

#include "nn/nn.h"
#include "optim/optim.h"

using namespace gradus;

int main() {
  set_num_threads(1);  // so small a model gains nothing from a second thread
  Generator random(1);
  Tensor x = Tensor::uninitialized({64, 3});
  random.fill_normal(x, 0, 1);
  const Variable inputs(x);
  const Variable targets = inputs * 2 + 1;

  nn::Dense model(3, 3, Activation::linear, random);
  optim::SGD sgd(model.parameters(), {.learning_rate = 0.5f});
  for (int step = 0; step < 200; ++step) {
    sgd.zero_grad();  // backward adds to the gradients that are there
    nn::mse(model(inputs), targets).backward();
    sgd.step();
  }
  const NoGrad no_grad;  // from here on nothing is recorded
  fmt::print("loss {:.4f}\n", nn::mse(model(inputs), targets).item());
}
