#include "optim/checkpoint.h"

#include "autograd/reductions.h"
#include "nn/layers.h"
#include "optim/adam.h"
#include "optim/best_weights.h"
#include "tensor/file.h"
#include "tests/fuzz/target.h"
#include "tests/support/temp_dir.h"

namespace gradus::test {
namespace {

// A model of two weights in training.
struct Training {
  explicit Training(const std::filesystem::path& path)
      : adam(dense.parameters()),
        best(dense.parameters()),
        checkpoint(path, adam, {&best}, {{"seed", "5"}}, {{"noise", &noise}}) {}

  std::vector<Scalar> weights() const {
    std::vector<Scalar> all;
    for (const NamedTensor& t : best.weights()) all.push_back(t.value.item());
    for (const NamedParameter& p : adam.all_parameters()) all.push_back(p.variable.value().item());
    for (const NamedTensor& t : adam.state()) all.push_back(t.value.data().front());
    return all;
  }

  Generator random{1}, noise{2};
  nn::Dense dense{1, 1, Activation::linear, random};
  optim::Adam adam;
  optim::BestWeights best;
  optim::Checkpoint checkpoint;
};

}  // namespace

const FuzzTarget checkpoint(
    "checkpoint",
    [] {
      const TempDir folder;
      Training training(folder / "file");
      sum(training.dense(Variable(Tensor::ones({1, 1})))).backward();
      training.adam.step();  // so that its state is not that of a new one
      optim::History history{{1, 0.5, 0.25, 1.5}};
      training.best.on_epoch_end(history);
      training.checkpoint.save(history);
      return std::vector<std::string>{read_file(folder / "file")};
    },
    [](std::string_view bytes) {
      const MemoryFile file(bytes);
      Training training(file.path());
      const std::vector<Scalar> before = training.weights();
      optim::FitOptions options;
      try {
        training.checkpoint.restore(options);
      } catch (const Error&) {
        require(training.weights() == before && training.adam.steps() == 0 &&
                    training.noise.counter() == 0 && options.history.empty(),
                "where it is refused, all is as it was");
        throw;
      }
    });

}  // namespace gradus::test
