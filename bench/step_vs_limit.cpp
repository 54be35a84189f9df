// How close a training step comes to its matrix products.
//
// Measures, in turns within one process, the whole step of the Fashion
// autoencoder (forward, loss, backward, RMSprop; batch 128) and its 23 matrix
// products alone, and prints the medians and their ratio. Turns make the ratio
// hold where the machine's speed drifts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <vector>

#include "nn/nn.h"
#include "optim/optim.h"
#include "tensor/blas.h"
#include "tensor/parallel.h"
#include "tensor/pool.h"

namespace {

using namespace gradus;

constexpr Index kBatch = 128;
const std::vector<Index> kUnits{784, 256, 128, 64, 16, 64, 128, 256, 784};

nn::Sequential autoencoder(Generator& random) {
  nn::Sequential model;
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    const bool last = i + 2 == kUnits.size();
    model.add(
        nn::Dense(kUnits[i], kUnits[i + 1], last ? Activation::linear : Activation::selu, random));
  }
  return model;
}

// The products of one step: for each layer forward and weight gradient, and
// for all but the first the input gradient. 3 x 8 - 1 = 23.
class Products {
 public:
  Products() {
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
      x_.push_back(Tensor::full({kBatch, kUnits[i]}, Scalar(0.5)));
      dx_.push_back(Tensor::full({kBatch, kUnits[i]}, Scalar(0.5)));
      if (i == 0) continue;
      w_.push_back(Tensor::full({kUnits[i - 1], kUnits[i]}, Scalar(0.01)));
      dw_.push_back(Tensor::full({kUnits[i - 1], kUnits[i]}, Scalar(0.01)));
    }
  }

  void run() {
    const std::size_t layers = kUnits.size() - 1;
    for (std::size_t i = 0; i < layers; ++i) {
      gemm(view(x_[i]), view(w_[i]), 0, to(x_[i + 1]));
    }
    for (std::size_t i = layers; i-- > 0;) {
      gemm(transposed(x_[i]), view(dx_[i + 1]), 0, to(dw_[i]));
      if (i > 0) gemm(view(dx_[i + 1]), transposed(w_[i]), 0, to(dx_[i]));
    }
  }

  static double flops() {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
      sum += static_cast<double>(2 * kBatch * kUnits[i] * kUnits[i + 1]) * (i == 0 ? 2 : 3);
    }
    return sum;
  }

 private:
  static MatrixView view(const Tensor& t) {
    return {t.data().data(), t.shape()[0], t.shape()[1], t.shape()[1]};
  }
  static MatrixView transposed(const Tensor& t) {
    return {t.data().data(), t.shape()[1], t.shape()[0], t.shape()[1], true};
  }
  static Scalar* to(Tensor& t) { return t.mutable_data().data(); }

  std::vector<Tensor> x_, dx_, w_, dw_;
};

double milliseconds(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

void measure(int threads, int rounds) {
  set_num_threads(threads);
  Generator random(1);
  nn::Sequential model = autoencoder(random);
  optim::RMSprop optimizer(model.parameters());
  Tensor images = Tensor::uninitialized({60 * kBatch, kUnits.front()});
  random.fill_uniform(images, 0, 1);
  const std::vector<Index> order = random.permutation(60 * kBatch);
  Index position = 0;
  const auto step = [&] {
    // The batch is gathered as in training.
    const std::span rows = std::span(order).subspan(static_cast<std::size_t>(position), kBatch);
    position = (position + kBatch) % (60 * kBatch);
    const Variable x(images.gather_rows(rows));
    optimizer.zero_grad();
    nn::bce_with_logits(model(x), x).backward();
    optimizer.step();
  };
  Products products;

  std::vector<double> steps, gemms;
  for (int i = 0; i < 20; ++i) {
    step();
    products.run();
  }
  const std::uint64_t allocations = pool_stats().system_allocations;
  for (int round = 0; round < rounds; ++round) {
    // Five of each a turn: enough for caches to hold what they would in training.
    for (int i = 0; i < 5; ++i) steps.push_back(milliseconds(step));
    for (int i = 0; i < 5; ++i) gemms.push_back(milliseconds([&] { products.run(); }));
  }
  fmt::print("{:>7}  {:>8.3f}  {:>8.3f}  {:>5.2f}  {:>9.1f}  {:>11.2f}\n", threads, median(steps),
             median(gemms), median(steps) / median(gemms), Products::flops() / median(steps) / 1e6,
             static_cast<double>(pool_stats().system_allocations - allocations) /
                 static_cast<double>(steps.size()));
}

}  // namespace

int main(int argc, char** argv) {
  start_with_short_spin(argv);
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 100;
  if (rounds < 1) {
    fmt::print(stderr, "usage: {} [ROUNDS]   (default 100)\n", argv[0]);
    return 2;
  }
  fmt::print("Fashion autoencoder, batch {}, {:.1f} MFLOP a step, {}\n", kBatch,
             Products::flops() / 1e6, blas_description());
  fmt::print("threads   step ms   gemm ms  ratio  GFLOP/s  allocations a step\n");
  for (const int threads : {1, 2}) measure(threads, rounds);
  return 0;
}
