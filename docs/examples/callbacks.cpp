#include <fmt/format.h>

#include <filesystem>

#include "nn/nn.h"
#include "optim/optim.h"

using namespace gradus;

int main() {
  set_num_threads(1);
  Generator random(1);
  Tensor x = Tensor::uninitialized({64, 4}), noise = Tensor::uninitialized({64, 4});
  random.fill_normal(x, 0, 1), random.fill_normal(noise, 0, 1);
  const Tensor y = (Variable(x) + Variable(noise)).value();
  nn::Sequential model{nn::Dense(4, 16, Activation::tanh, random),
                       nn::Dense(16, 4, Activation::linear, random)};
  optim::Adam adam(model.parameters(), {.learning_rate = 0.02f});

  const auto folder = std::filesystem::temp_directory_path() / "gradus_callbacks";
  std::filesystem::create_directory(folder);
  optim::BestWeights best(model.parameters());
  optim::EarlyStopping stop({.patience = 6, .best = &best});  // whose weights are put back
  optim::ReduceLROnPlateau reduce(adam, {.factor = 0.5, .patience = 2});
  optim::ModelCheckpoint weights(folder / "best", model.parameters(), {.save_best_only = true});
  optim::CSVLogger log(folder / "history.csv");
  optim::TerminateOnNaN terminate;
  optim::Checkpoint checkpoint(folder / "checkpoint", adam, {&best}, {{"seed", "1"}});

  optim::FitOptions options{
      .epochs = 100,
      .batch_size = 8,
      .validation = {x.rows(0, 16), y.rows(0, 16)},
      .callbacks = {&best, &stop, &reduce, &weights, &log, &terminate, &checkpoint}};
  const optim::Dataset data{x.rows(16, 64), y.rows(16, 64)};
  const auto loss = [&](const optim::Batch& b) { return nn::mse(model(b.inputs), b.targets); };
  const optim::History history = optim::fit(adam, data, loss, options);
  fmt::print("{} epochs, the best is {}; learning rate {}\n", history.size(),
             optim::best_epoch(history), adam.learning_rate());

  checkpoint.restore(options);  // as the same program would after a stop
  fmt::print("after epoch {} nothing is left\n", optim::fit(adam, data, loss, options).size());
  std::filesystem::remove_all(folder);
}
