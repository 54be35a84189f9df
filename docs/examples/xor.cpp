#include <fmt/format.h>

#include "nn/nn.h"
#include "optim/optim.h"

using namespace gradus;

int main() {
  Generator random(42);
  nn::Sequential model{nn::Dense(2, 8, Activation::tanh, random),
                       nn::Dense(8, 1, Activation::linear, random)};
  optim::Adam adam(model.parameters(), {.learning_rate = 0.05f});

  const Tensor inputs = Tensor::from({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1});
  const Tensor exclusive_or = Tensor::from({4, 1}, {0, 1, 1, 0});
  const auto loss = [&](const optim::Batch& batch) {
    return nn::bce_with_logits(model(batch.inputs), batch.targets);
  };
  optim::fit(adam, {inputs, exclusive_or}, loss, {.epochs = 300, .batch_size = 4});

  const NoGrad no_grad;  // predict: nothing is recorded
  const Variable probability = sigmoid(model(Variable(inputs)));
  for (const Scalar p : probability.value().data()) fmt::print("{:.1f}\n", p);
}
