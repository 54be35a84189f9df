// What each optimisation buys: the training step of ae_fashion as it is, in turns with
// the same step where one part is written plainly.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "bench/batches.h"
#include "bench/timing.h"
#include "bench/workload.h"
#include "nn/nn.h"
#include "tensor/blas.h"
#include "tensor/map.h"
#include "tensor/math.h"
#include "tensor/parallel.h"
#include "tensor/pool.h"

namespace {

using namespace gradus;
using namespace gradus::bench;

// The layers of the autoencoder from operations of their own: product, sum, function.
Variable plain_layers(const Parameters& parameters, Variable x) {
  for (std::size_t i = 0; i < parameters.size(); i += 2) {
    x = matmul(x, parameters[i].variable) + parameters[i + 1].variable;
    if (i + 2 < parameters.size()) x = selu(x);
  }
  return x;
}

Variable layers(const Parameters& parameters, Variable x) {
  for (std::size_t i = 0; i < parameters.size(); i += 2) {
    const bool last = i + 2 == parameters.size();
    x = dense(x, parameters[i].variable, parameters[i + 1].variable,
              last ? Activation::linear : Activation::selu);
  }
  return x;
}

// Cross-entropy from logits as a composition: mean of max(z, 0) - z t + ln(1 + e^-|z|).
Variable plain_loss(const Variable& z, const Variable& t) {
  return mean(relu(z) - z * t + log1p(exp(-abs(z))));
}

// RMSprop as a pass over memory for each operation of its formula.
class PlainRmsprop {
 public:
  explicit PlainRmsprop(Parameters parameters) : parameters_(std::move(parameters)) {
    for (const auto& p : parameters_) mean_squares_.push_back(Tensor::zeros(p.variable.shape()));
  }
  void step() {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      Tensor& v = mean_squares_[i];
      const Tensor g = parameters_[i].variable.grad();
      Tensor t = Tensor::uninitialized(g.shape());
      map(
          t, Write::overwrite, [](Scalar x) { return Scalar(0.1) * x * x; }, g);
      map(
          v, Write::overwrite, [](Scalar x) { return Scalar(0.9) * x; }, v);
      map(v, Write::add, std::identity(), t);
      map(
          t, Write::overwrite, [](Scalar x) { return std::sqrt(x) + Scalar(1e-7); }, v);
      map(
          t, Write::overwrite, [](Scalar x, Scalar y) { return -Scalar(0.001) * x / y; }, g, t);
      Tensor p = parameters_[i].variable.mutable_value();
      map(p, Write::add, std::identity(), t);
    }
  }

 private:
  Parameters parameters_;
  std::vector<Tensor> mean_squares_;
};

struct Opponent {
  const char* name;
  std::function<void()> plain, ours;
};

// A step, and beside it the functions of its loss once more, as `exp` and `log1p` give them.
void step_and_functions(const Workload& workload, const Variable& x, auto exp, auto log1p) {
  workload.step(x);
  Tensor y = Tensor::uninitialized(x.shape());
  map(
      y, Write::overwrite, [=](Scalar z) { return log1p(exp(-z)); }, x.value());
  map(
      y, Write::overwrite, [=](Scalar z) { return 1 / (1 + exp(-z)); }, x.value());
}

void compare(const Workload& workload, int threads, int rounds) {
  set_num_threads(threads);
  Batches batches(workload.batch, workload.features());
  const Parameters& parameters = workload.parameters;
  const auto zero = [&] { workload.optimizer->zero_grad(); };
  const auto step = [&] { workload.step(batches.next()); };
  PlainRmsprop rmsprop(parameters);
  const std::vector<Opponent> opponents{
      {"product, bias and function in one",
       [&] {
         const Variable x = batches.next();
         zero();
         nn::bce_with_logits(plain_layers(parameters, x), x).backward();
         workload.optimizer->step();
       },
       step},
      {"loss from logits in one pass",
       [&] {
         const Variable x = batches.next();
         zero();
         plain_loss(layers(parameters, x), x).backward();
         workload.optimizer->step();
       },
       step},
      {"optimizer in one pass",
       [&] {
         const Variable x = batches.next();
         zero();
         nn::bce_with_logits(layers(parameters, x), x).backward();
         rmsprop.step();
       },
       step},
      {"memory kept in a pool",
       [&] {
         workload.step(batches.next());
         pool_trim();
       },
       step},
      {"functions that vectorise",
       [&] {
         step_and_functions(
             workload, batches.next(), [](Scalar z) { return std::exp(z); },
             [](Scalar z) { return std::log1p(z); });
       },
       [&] {
         step_and_functions(
             workload, batches.next(), [](Scalar z) { return math::exp(z); },
             [](Scalar z) { return math::log1p_unit(z); });
       }}};
  std::vector<std::vector<double>> plain(opponents.size()), ours(opponents.size());
  for (int round = -1; round < rounds; ++round) {  // the first warms up
    for (std::size_t i = 0; i < opponents.size(); ++i) {
      for (int turn = 0; turn < 4; ++turn) {
        const double a = seconds_of(opponents[i].plain);
        if (round >= 0) plain[i].push_back(a);
      }
      for (int turn = 0; turn < 4; ++turn) {
        const double b = seconds_of(opponents[i].ours);
        // The first step after a trim asks the system for its memory.
        if (round >= 0 && turn > 0) ours[i].push_back(b);
      }
    }
  }
  fmt::print("{} thread{}\n", threads, threads > 1 ? "s" : "");
  fmt::print("  {:<36} {:>10} {:>10} {:>8}\n", "", "plain, ms", "as it is", "bought");
  for (std::size_t i = 0; i < opponents.size(); ++i) {
    const double a = 1e3 * median(plain[i]), b = 1e3 * median(ours[i]);
    fmt::print("  {:<36} {:>10.3f} {:>10.3f} {:>7.1f}%\n", opponents[i].name, a, b,
               100 * (a / b - 1));
  }
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  int rounds = 50;
  CLI::App app{"Measures what each optimisation of a training step buys."};
  app.add_option("--rounds", rounds, "Turns of four steps each [50]")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  fmt::print("{}\n", blas_description());
  for (const int threads : {1, 2}) compare(workloads().front(), threads, rounds);
}
